from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_permission_instrument_extend"),
    ]

    operations = [
        migrations.AlterField(
            model_name="exceptionalgrant",
            name="permission",
            field=models.CharField(
                choices=[
                    ("registry.unit_view", "查看普查对象"),
                    ("registry.unit_register", "登记普查对象"),
                    ("registry.unit_amend", "修改普查对象"),
                    ("registry.frame_load", "导入名录"),
                    ("instruments.instrument_view", "查看普查表定义"),
                    ("instruments.instrument_publish", "发布普查表定义"),
                    ("instruments.instrument_extend", "在普查表上附加地方指标"),
                    ("instruments.coefficient_publish", "导入与启用产排污系数"),
                    ("submissions.case_view", "查看普查表"),
                    ("submissions.response_save", "填报"),
                    ("submissions.case_submit", "提交"),
                    ("submissions.query_answer", "答复疑问"),
                    ("submissions.note_write", "写批注"),
                    ("submissions.waiver_request", "申请豁免审核关系"),
                    ("submissions.waiver_approve", "批准豁免审核关系"),
                    ("submissions.finding_report_view", "查看审核问题统计"),
                    ("submissions.case_close", "作废与重新开放"),
                    ("submissions.job_view", "查看后台任务"),
                    ("review.case_review", "审核"),
                    ("submissions.practise", "练习"),
                    ("submissions.practice_view", "查看练习成绩"),
                    ("summaries.progress_view", "查看进度"),
                    ("summaries.summary_run", "汇总与下载"),
                    ("accounts.account_manage", "管理账号"),
                    ("audit.audit_view", "查看审计记录"),
                ],
                max_length=60,
                verbose_name="权限",
            ),
        ),
    ]
