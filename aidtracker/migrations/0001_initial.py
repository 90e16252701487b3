import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EditionStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.BigIntegerField(verbose_name='步长')),
            ],
            options={
                'verbose_name': '版次',
                'verbose_name_plural': '版次',
                'ordering': ('pk',),
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=63, verbose_name='表')),
                ('kind', models.CharField(max_length=100, verbose_name='类')),
                ('change', models.BigIntegerField(verbose_name='增减')),
            ],
            options={
                'verbose_name': '行数',
                'verbose_name_plural': '行数',
                'ordering': ('name', 'kind', 'pk'),
                'default_permissions': (),
                'indexes': [models.Index(fields=['name', 'kind'], name='tally_name_kind')],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='来自')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='上传时间')),
                ('model', models.CharField(max_length=100, verbose_name='数据')),
                ('file_name', models.CharField(max_length=255, verbose_name='文件名')),
                ('content', models.BinaryField(verbose_name='内容')),
                ('sheet', models.TextField(blank=True, verbose_name='工作表')),
                ('fingerprint', models.CharField(blank=True, max_length=64, verbose_name='预览')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='行数')),
                ('reason', models.TextField(blank=True, verbose_name='理由')),
                ('state', models.CharField(choices=[('waiting', '等候确认'), ('queued', '排队等候'), ('running', '正在导入'), ('stored', '已导入'), ('refused', '没有导入'), ('cancelled', '已取消')], default='waiting', max_length=10, verbose_name='状态')),
                ('claim', models.UUIDField(null=True, verbose_name='处理者')),
                ('seen_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='最近消息')),
                ('step', models.CharField(blank=True, max_length=20, verbose_name='步骤')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='已处理')),
                ('result', models.JSONField(default=dict, verbose_name='结果')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '导入文件',
                'verbose_name_plural': '导入文件',
                'ordering': ('-created_at',),
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Act',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False, verbose_name='编号')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='时间')),
                ('user_name', models.CharField(blank=True, max_length=150, verbose_name='用户名')),
                ('address', models.GenericIPAddressField(blank=True, null=True, verbose_name='来自')),
                ('way', models.CharField(choices=[('form', '表单'), ('list', '列表编辑'), ('grid', '填报表'), ('action', '批量操作'), ('entry', '边读边录'), ('import', '导入'), ('undo', '撤销'), ('revert', '恢复旧版'), ('command', '命令'), ('program', '程序'), ('export', '导出'), ('reader', '读者'), ('account', '账号与权限'), ('login', '登录'), ('login_failed', '登录失败'), ('locked_out', '登录锁定'), ('logout', '退出')], max_length=16, verbose_name='方式')),
                ('subject', models.CharField(blank=True, max_length=200, verbose_name='对象')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='理由')),
                ('details', models.JSONField(blank=True, default=list, verbose_name='明细')),
                ('undoes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='aidtracker.act', verbose_name='撤销的操作')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='acts', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '操作记录',
                'verbose_name_plural': '操作记录',
                'ordering': ('-at', 'id'),
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['user', '-at'], name='acts_of_user'), models.Index(fields=['way', '-at'], name='acts_by_way')],
            },
        ),
    ]
