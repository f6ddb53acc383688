"""The forms of the system manager. What is typed is judged by the verbs, for the forms and for files alike."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import FileField, HiddenField, SelectField, StringField, TextAreaField

from approvals.language import _l


def _select(label: object, hint: object = "") -> SelectField:
    return SelectField(label, description=hint, validate_choice=False, choices=[])


class OfficeForm(FlaskForm):
    code = StringField(_l("代码"), description=_l("字母、数字和短横线，全县不重复，保存后不能改，例如 grid-lizhuang-01。"))
    name = StringField(_l("名称"))
    kind = _select(_l("类型"))
    place = _select(_l("地点"), _l("它服务的县、镇街或者村（社区），按国家区划名录。"))
    parent = _select(_l("上级服务点"), _l("代办的材料从这里往上交给它；县政务服务大厅没有上级。"))
    address = StringField(_l("地址（可不填）"))
    phone = StringField(_l("电话（可不填）"), description=_l("例如 0543-5321000。"))
    hours = StringField(_l("开放时间（可不填）"), description=_l("和全县办公时间不同才填，例如 08:30-12:00，13:30-17:00。"))
    valid_from = StringField(_l("启用日期"), description=_l("例如 2026-12-01。"))
    reason = StringField(_l("这次改动的原因（可不填）"), description=_l("写进管理记录。"))
    shown = HiddenField()


class ClosingForm(FlaskForm):
    valid_to = StringField(_l("最后一天"), description=_l("这一天还办理，第二天起关闭。例如 2026-12-31。"))
    successor = _select(_l("由哪个服务点接替"), _l("还有待办、交接、保管的材料或下级时必须选。"))
    reason = StringField(_l("关闭的原因"), description=_l("写进管理记录，例如依据的文件。"))
    shown = HiddenField()


class ReopeningForm(FlaskForm):
    reason = StringField(_l("撤销关闭的原因"), description=_l("写进管理记录。"))


class ClosureForm(FlaskForm):
    closed_from = StringField(_l("闭门第一天"))
    closed_to = StringField(_l("闭门最后一天"))
    why = StringField(_l("原因"), description=_l("群众会看到，例如：设备检修。"))


class DepartmentForm(FlaskForm):
    department = _select(_l("部门"))
    valid_from = StringField(_l("进驻第一天"))
    valid_to = StringField(_l("最后一天（长期的不填）"))


class CompetenceForm(FlaskForm):
    office = _select(_l("哪个服务点"))
    matter = _select(_l("事项"))
    power = _select(_l("可以做什么"))
    basis = StringField(_l("依据"), description=_l("授权的文件，例如：惠政发〔2026〕1号。"))
    valid_from = StringField(_l("生效日期"))
    valid_to = StringField(_l("最后一天（长期的不填）"))


class EndingForm(FlaskForm):
    valid_to = StringField(_l("最后一天"), description=_l("这一天还有效。还没有生效的，填生效之前的日子就是取消。"))
    reason = StringField(_l("结束的原因"), description=_l("写进管理记录，例如依据的文件。"))


class CalendarForm(FlaskForm):
    year = StringField(_l("年份"), description=_l("例如 2027。"))
    name = StringField(_l("通知名称"))
    number = StringField(_l("文号"), description=_l("例如：国办发明电〔2025〕7号。"))
    holidays = TextAreaField(
        _l("放假"), description=_l("一行一段，例如“1月1日至3日”；也可以把通知正文整段贴进来，其中的调休上班会一并读出。")
    )
    workdays = TextAreaField(_l("调休上班"), description=_l("一行一天，例如“2月20日”；没有的不填。"))
    file = FileField(
        _l("或者上传 CSV 文件（可不选）"),
        description=_l(
            "两列：date（日期）、working（1 上班，0 休息），全年每天一行，可以下载上面那一年的来改；选了文件，上面两栏要空着。"
        ),
    )


class WithdrawalForm(FlaskForm):
    reason = StringField(_l("为什么撤回"), description=_l("写进管理记录，例如：把2027年的通知录到了2028年。"))
