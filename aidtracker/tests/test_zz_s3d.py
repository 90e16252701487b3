import pytest,time
from aidtracker.tests.foreign_rows import *
from aidtracker.tests.quick_client import QuickClient
import cProfile,pstats
@pytest.mark.django_db
def test_x(world):
    c=QuickClient(staff(world.ours, verbs=()))
    a=page_of(RECORDS[3],"add")
    c.get(a)
    t=time.process_time()
    for _ in range(20): assert c.get(a).status_code==403
    f=open("/tmp/work/s3d_ref.txt","w")
    print((time.process_time()-t)/20,file=f)
    p=cProfile.Profile(); p.enable()
    for _ in range(20): c.get(a)
    p.disable(); pstats.Stats(p,stream=f).sort_stats("cumtime").print_stats(55)
