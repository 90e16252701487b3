# Everything a person or CI calls. Needs Python >= 3.11, make and git; nothing asks a question.
PYTHON ?= python3
PORT ?= 8000
PICTURES ?= pictures
UV ?= uv

VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
COMPILE := $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make requirements"
TEMPLATES = $(shell find templates aidtracker programs projects -name '*.html')
# Days on which something may be wrong, and where the tests stand that ask which day it is. The
# whole run on PostgreSQL takes place on a third such day (scripts/run_tests.py).
DAYS := 2027-01-31T12:00 2027-01-01T00:05
CLOCK = $(shell grep -rlE 'today|localdate|timezone.now|last_complete_month' --include='test_*.py' \
	aidtracker programs projects)

export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help run database fixtures test pictures dates check measure benchmark experiments security format requirements clean

help: ## 列出命令
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: $(VENV)/.runtime ## 准备并启动网站（PORT=端口，SOURCES=文献全文所在文件夹，EMPTY=1：不载入文献里的事实）
	@$(MANAGE) prepare_site $(if $(EMPTY),--empty)
	@$(if $(SOURCES),$(MANAGE) load_texts "$(SOURCES)")
	@echo "网站：http://127.0.0.1:$(PORT)/　后台：http://127.0.0.1:$(PORT)/admin/　按 Ctrl-C 结束"
	@export WORKERS=1 DJANGO_RUNSERVER_HIDE_WARNING=true; \
		$(MANAGE) db_worker --no-reload --interval 2 --verbosity 0 & worker=$$!; \
		trap "kill $$worker 2>/dev/null" EXIT; trap "exit 130" INT TERM HUP; \
		$(MANAGE) runserver 127.0.0.1:$(PORT)

database: $(VENV)/.runtime ## 升级 DATABASE_URL 的数据库并载入数据，可重复
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) load_fixtures

fixtures: $(VENV)/.runtime ## 把数据库中的数据写回 fixtures/
	$(MANAGE) dump_fixtures

test: $(VENV)/.development ## 在 SQLite 和 PostgreSQL 上运行测试（ARGS=传给 pytest 的参数）
	@$(BIN)/python scripts/run_tests.py $(ARGS)

pictures: $(VENV)/.development ## 把每种公开页面在各宽度、明暗和打印下的样子存入 PICTURES 文件夹，供人查看
	@mkdir -p "$(PICTURES)"
	@PICTURES="$(abspath $(PICTURES))" $(BIN)/python -m pytest -q -k "every_kind_of_page or fullest_pages" aidtracker/tests/test_looking_browser.py

dates: $(VENV)/.development ## 把与今天有关的测试放到几个特别的日子运行
	@printf '%s\n' $(DAYS) | xargs -n 1 -P $(words $(DAYS)) sh -c ' \
		said=$$($(BIN)/python -m pytest -q -m "not browser" --today "$$0" --clock-only $(CLOCK) 2>&1); code=$$?; \
		echo "== $$0"; echo "$$said"; exit $$code'

check: $(VENV)/.development ## 格式、静态检查、导入方向、迁移、部署设置
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djade --target-version 5.2 --check $(TEMPLATES)
	$(BIN)/djlint --lint --quiet $(TEMPLATES)
	$(BIN)/lint-imports --no-cache --no-logo
	$(MANAGE) check --fail-level WARNING
	$(MANAGE) makemigrations --check --dry-run
	DEBUG=0 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
		$(MANAGE) check --deploy --fail-level WARNING

measure: $(VENV)/.development ## 各目录代码行数、最长的函数和文件；只供参考，不作限制
	@$(BIN)/python scripts/measure.py

benchmark: $(VENV)/.development ## 在合成数据上测量各页面和各入口（SIZE=10k、100k、1m，ONLY=只测名称里有这些字的）
	@SIZE="$(SIZE)" ONLY="$(ONLY)" $(BIN)/python scripts/benchmark.py

experiments: $(VENV)/.development ## 只在本机上做的长试验：整套部署在压力下如何（ONLY=名称，见 scripts/experiments 和 deploy/cluster）
	@for script in $(wildcard $(addsuffix /$(or $(ONLY),*).py,scripts/experiments deploy/cluster)); do echo "== $$script"; $(BIN)/python $$script || exit 1; done

security: $(VENV)/.development ## 程序、软件包、许可证、组成清单、密钥各查一遍（STRICT=1：没有结论也算失败）
	@STRICT="$(STRICT)" $(BIN)/python scripts/security.py

format: $(VENV)/.development ## 统一代码与模板的格式
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 5.2 $(TEMPLATES)

requirements: ## 由 *.in 重新锁定 requirements*.txt（需要 uv）
	$(COMPILE) --output-file requirements.txt requirements.in
	$(COMPILE) --output-file requirements-dev.txt --constraints requirements.txt requirements-dev.in

clean: ## 删除虚拟环境和缓存，不动数据库
	rm -rf $(VENV) staticfiles .pytest_cache .ruff_cache .hypothesis

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "需要 Python 3.11 或更高版本；可用 make PYTHON=python3.12 … 指定。" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "此 Python 不能创建虚拟环境；在 Debian 上先运行 apt-get install python3-venv。" >&2; \
		exit 1; }
	@echo "正在创建 $(VENV)……"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.runtime: requirements.txt $(VENV)/.created
	@echo "正在安装 $<……"
	@$(INSTALL) --requirement $<
	@touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.created
	@echo "正在安装 $<……"
	@$(INSTALL) --requirement $<
	@touch $@ $(VENV)/.runtime
