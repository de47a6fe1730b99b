"""Every act the portal records. A new act is one line here and one sentence in its label."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditAction(models.TextChoices):
    """Acts (not cell changes: those are revisions of a response)."""

    SIGNED_IN = "account.signed_in", _("登录")
    SIGN_IN_FAILED = "account.sign_in_failed", _("登录失败")
    SIGNED_OUT = "account.signed_out", _("退出")
    PASSWORD_CHANGED = "account.password_changed", _("修改密码")
    ACCOUNT_CREATED = "account.created", _("开设账号")
    ACCOUNT_ENDED = "account.ended", _("停用账号")
    ROLE_ASSIGNED = "account.role_assigned", _("授予职责")
    ROLE_ENDED = "account.role_ended", _("终止职责")
    GRANT_GIVEN = "account.grant_given", _("例外授权")
    GRANT_ENDED = "account.grant_ended", _("撤销例外授权")
    TOKEN_ISSUED = "account.token_issued", _("签发接口令牌")
    UNIT_REGISTERED = "unit.registered", _("登记普查对象")
    UNIT_AMENDED = "unit.amended", _("修改普查对象")
    FRAME_LOADED = "frame.loaded", _("导入名录")
    REFERENCE_LOADED = "reference.loaded", _("加载区划与行业")
    INSTRUMENT_PUBLISHED = "instrument.published", _("发布普查表")
    CODE_LIST_PUBLISHED = "codelist.published", _("发布代码表")
    COEFFICIENTS_LOADED = "coefficients.loaded", _("导入产排污系数")
    COEFFICIENTS_PUBLISHED = "coefficients.published", _("启用产排污系数")
    EXERCISE_CREATED = "exercise.created", _("建立普查阶段")
    CASE_OPENED = "case.opened", _("下达普查表")
    CASE_OWING_CHANGED = "case.owing_changed", _("应填普查表变化")
    CASE_SUBMITTED = "case.submitted", _("提交")
    CASE_APPROVED = "case.approved", _("审核通过")
    CASE_RETURNED = "case.returned", _("退回")
    CASE_FINALISED = "case.finalised", _("定稿")
    CASE_VOIDED = "case.voided", _("作废")
    CASE_REOPENED = "case.reopened", _("重新开放")
    FAILURE_EXPLAINED = "failure.explained", _("说明核实性问题")
    QUERY_RAISED = "query.raised", _("提出疑问")
    QUERY_ANSWERED = "query.answered", _("答复疑问")
    NOTE_WRITTEN = "note.written", _("写批注")
    NOTE_RESOLVED = "note.resolved", _("解决批注")
    JOB_STARTED = "job.started", _("启动后台任务")
    JOB_CANCELLED = "job.cancelled", _("取消后台任务")
    SUMMARY_RUN = "summary.run", _("汇总")
    SUBMISSION_FROZEN = "submission.frozen", _("提交存证")
    SUMMARY_DOWNLOADED = "summary.downloaded", _("下载汇总表")
