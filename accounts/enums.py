"""Roles, permissions and levels as code: a change of rights is a reviewed diff."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """One verb on one kind of subject."""

    UNIT_VIEW = "registry.unit_view", _("查看普查对象")
    UNIT_REGISTER = "registry.unit_register", _("登记普查对象")
    UNIT_AMEND = "registry.unit_amend", _("修改普查对象")
    FRAME_LOAD = "registry.frame_load", _("导入名录")
    REGISTER_FREEZE = "registry.register_freeze", _("冻结名录")
    AREA_ASSIGN = "registry.area_assign", _("划分与分派普查小区")
    COVERAGE_DRAW = "registry.coverage_draw", _("抽取质量核查小区")
    COVERAGE_CHECK = "registry.coverage_check", _("质量核查")
    DIVISION_CHANGE = "registry.division_change", _("办理区划变更")
    FRAME_CHANGE_APPROVE = "registry.frame_change_approve", _("批准名录变更")
    INSTRUMENT_VIEW = "instruments.instrument_view", _("查看普查表定义")
    INSTRUMENT_PUBLISH = "instruments.instrument_publish", _("发布普查表定义")
    INSTRUMENT_EXTEND = "instruments.instrument_extend", _("在普查表上附加地方指标")
    COEFFICIENT_PUBLISH = "instruments.coefficient_publish", _("导入与启用产排污系数")
    CASE_VIEW = "submissions.case_view", _("查看普查表")
    RESPONSE_SAVE = "submissions.response_save", _("填报")
    CASE_SUBMIT = "submissions.case_submit", _("提交")
    QUERY_ANSWER = "submissions.query_answer", _("答复疑问")
    NOTE_WRITE = "submissions.note_write", _("写批注")
    WAIVER_REQUEST = "submissions.waiver_request", _("申请豁免审核关系")
    WAIVER_APPROVE = "submissions.waiver_approve", _("批准豁免审核关系")
    FINDING_REPORT_VIEW = "submissions.finding_report_view", _("查看审核问题统计")
    CASE_CLOSE = "submissions.case_close", _("作废与重新开放")
    PHASE_MANAGE = "submissions.phase_manage", _("开始与结束阶段、设定截止日期")
    DEADLINE_EXTEND = "submissions.deadline_extend", _("申请与批准延期")
    CORRECTION_REQUEST = "submissions.correction_request", _("申请定稿后更正")
    JOB_VIEW = "submissions.job_view", _("查看后台任务")
    CASE_REVIEW = "review.case_review", _("审核")
    ACCEPTANCE_MANAGE = "review.acceptance_manage", _("办理验收")
    QUALITY_VIEW = "review.quality_view", _("查看质量核查结果")
    QUALITY_CHECK = "review.quality_check", _("抽样质量核查")
    QUALITY_DRAW = "review.quality_draw", _("抽取核查样本与判定批次")
    PRACTISE = "submissions.practise", _("练习")
    PRACTICE_VIEW = "submissions.practice_view", _("查看练习成绩")
    PROGRESS_VIEW = "summaries.progress_view", _("查看进度")
    SUMMARY_RUN = "summaries.summary_run", _("汇总与下载")
    DATA_EXPORT = "summaries.data_export", _("导出数据")
    CONFIDENTIAL_EXPORT = "summaries.confidential_export", _("导出保密指标")
    REMINDER_SEND = "summaries.reminder_send", _("催办")
    SUMMARY_RELEASE = "summaries.summary_release", _("生成与发布汇总版本")
    ACCOUNT_MANAGE = "accounts.account_manage", _("管理账号")
    AUDIT_VIEW = "audit.audit_view", _("查看审计记录")
    INTERFERENCE_VIEW = "review.interference_view", _("查看与核实干预迹象")
    READS_VIEW = "audit.reads_view", _("查看查阅记录")


class Role(models.TextChoices):
    """What a person is in the census. Where, is said by the assignment."""

    RESPONDENT = "respondent", _("填报人")
    ENUMERATOR = "enumerator", _("普查员")
    SUPERVISOR = "supervisor", _("普查指导员")
    REVIEWER = "reviewer", _("审核人")
    OFFICE = "office", _("普查办统计人员")
    ADMINISTRATOR = "administrator", _("账号管理员")
    AUDITOR = "auditor", _("审计员")


class Level(models.TextChoices):
    """Levels of sign-off, from the field to the nation."""

    SUPERVISOR = "supervisor", _("普查指导员")
    COUNTY = "county", _("县级")
    CITY = "city", _("市级")
    PROVINCE = "province", _("省级")
    NATIONAL = "national", _("国家级")


# How many digits of a 12-digit division code (统计用区划代码) name a division of each level.
PREFIX_LENGTHS = {0: 0, 1: 2, 2: 4, 3: 6, 4: 9, 5: 12}
LEVEL_OF_PREFIX = {0: Level.NATIONAL, 2: Level.PROVINCE, 4: Level.CITY, 6: Level.COUNTY}

_READ = frozenset(
    {Permission.UNIT_VIEW, Permission.CASE_VIEW, Permission.INSTRUMENT_VIEW, Permission.JOB_VIEW}
)
_FILL = frozenset(
    {
        Permission.RESPONSE_SAVE,
        Permission.CASE_SUBMIT,
        Permission.QUERY_ANSWER,
        Permission.NOTE_WRITE,
        Permission.WAIVER_REQUEST,
        Permission.CORRECTION_REQUEST,
        Permission.PRACTISE,
    }
)
_OVERSEE = frozenset(
    {
        Permission.PROGRESS_VIEW,
        Permission.FINDING_REPORT_VIEW,
        Permission.PRACTICE_VIEW,
        Permission.QUALITY_VIEW,
    }
)
_REVIEW = _OVERSEE | {
    Permission.COVERAGE_CHECK,
    Permission.CASE_REVIEW,
    Permission.NOTE_WRITE,
    Permission.WAIVER_REQUEST,
    Permission.CORRECTION_REQUEST,
    Permission.PRACTISE,
}
_REGISTER = frozenset(
    {Permission.UNIT_REGISTER, Permission.UNIT_AMEND, Permission.FRAME_LOAD, Permission.CASE_CLOSE}
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    # whose data it is may see who has read it
    Role.RESPONDENT: _READ | _FILL | {Permission.READS_VIEW},
    Role.ENUMERATOR: _READ | _FILL | {Permission.UNIT_REGISTER, Permission.UNIT_AMEND},
    Role.SUPERVISOR: _READ | _REVIEW | {Permission.AREA_ASSIGN, Permission.REMINDER_SEND},
    Role.REVIEWER: _READ
    | _REVIEW
    | {Permission.WAIVER_APPROVE, Permission.REMINDER_SEND, Permission.QUALITY_CHECK},
    Role.OFFICE: _READ
    | _REGISTER
    | _OVERSEE
    | {
        Permission.READS_VIEW,
        Permission.NOTE_WRITE,
        Permission.CORRECTION_REQUEST,
        Permission.DEADLINE_EXTEND,
        Permission.SUMMARY_RUN,
        Permission.REMINDER_SEND,
        Permission.ACCEPTANCE_MANAGE,
        Permission.FRAME_CHANGE_APPROVE,
        Permission.AREA_ASSIGN,
        Permission.COVERAGE_DRAW,
        Permission.COVERAGE_CHECK,
        Permission.QUALITY_DRAW,
        Permission.QUALITY_CHECK,
    },
    Role.ADMINISTRATOR: frozenset(
        {Permission.ACCOUNT_MANAGE, Permission.UNIT_VIEW, Permission.INSTRUMENT_VIEW}
    ),
    Role.AUDITOR: _READ
    | _OVERSEE
    | {Permission.AUDIT_VIEW, Permission.INTERFERENCE_VIEW, Permission.READS_VIEW},
}

# Which permissions need the whole nation: an assignment to a smaller division does not give them.
NATIONAL_PERMISSIONS = frozenset(
    {
        Permission.INSTRUMENT_PUBLISH,
        Permission.COEFFICIENT_PUBLISH,
        Permission.CONFIDENTIAL_EXPORT,
    }
)
NATIONAL_ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OFFICE: NATIONAL_PERMISSIONS,
}

# What the same role has in a province as well: an assignment to a city or county does not give it.
PROVINCIAL_ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OFFICE: frozenset(
        {
            Permission.INSTRUMENT_EXTEND,
            Permission.REGISTER_FREEZE,
            Permission.DIVISION_CHANGE,
            Permission.INTERFERENCE_VIEW,
            Permission.DATA_EXPORT,
            Permission.PHASE_MANAGE,
            Permission.SUMMARY_RELEASE,
        }
    ),
}

# What an exceptional grant may give: work on one unit, nothing that reaches beyond it.
GRANTABLE_PERMISSIONS = (_READ | _FILL | {Permission.UNIT_AMEND, Permission.CASE_REVIEW}) - {
    Permission.JOB_VIEW,
    Permission.PRACTISE,
}

# What a deputy may do in the place of whom they replace: review, and read what that takes.
DEPUTY_PERMISSIONS = _READ | {Permission.CASE_REVIEW, Permission.NOTE_WRITE}

# Roles an administrator of a division may give there (F4); the other roles come from above.
ROLES_OF_UNIT = frozenset({Role.RESPONDENT})
ROLES_BELOW_COUNTY = frozenset({Role.ENUMERATOR, Role.SUPERVISOR})

# What may be asked about a unit whose answers are closed to a person while they check it blind.
BLIND_CHECK_PERMISSIONS = frozenset(
    {Permission.QUALITY_VIEW, Permission.QUALITY_CHECK, Permission.QUALITY_DRAW}
)
