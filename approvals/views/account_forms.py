"""The forms of accounts."""

from __future__ import annotations

import re
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from approvals.language import _l
from approvals.operations import passwords
from approvals.operations.accounts import comparable_sign_in_name
from workflows.rules import is_mobile, normalise_phone

SIGN_IN_NAME = re.compile(r"[\w.@+-]{3,60}")
MAIL_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\]+")
LIKE_A_PHONE = re.compile(r"\+?[0-9-]{7,}")
PASSWORD_FAULTS = {
    "short": _l("密码太短：至少 10 个字符。"),
    "long": _l("密码太长：最多 128 个字符。"),
    "digits": _l("密码不能全是数字，请加上字母或符号。"),
    "guessable": _l("密码太容易猜到：不要包含登录名或手机号，也不要重复同一个字符。"),
}


def written_phone(value: Any) -> Any:
    """A telephone number in the one way it is stored, however it was typed."""
    return normalise_phone(value) if isinstance(value, str) else value


def stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class SignInForm(FlaskForm):
    sign_in_name = StringField(
        _l("登录名或手机号"), validators=[InputRequired(_l("请填写登录名或手机号。")), Length(max=200, message=_l("登录名太长。"))]
    )
    password = PasswordField(
        _l("密码"), validators=[InputRequired(_l("请填写密码。")), Length(max=200, message=_l("密码太长：最多 128 个字符。"))]
    )


def new_password() -> PasswordField:
    return PasswordField(
        _l("设置密码"), description=_l("至少 10 个字符，不能全是数字。"), validators=[InputRequired(_l("请设置密码。"))]
    )


def repeated_password() -> PasswordField:
    return PasswordField(
        _l("再输入一次密码"),
        validators=[InputRequired(_l("请再输入一次密码。")), EqualTo("password", _l("两次输入的密码不一样，请重新输入。"))],
    )


class NewPasswordForm(FlaskForm):
    """A form with the fields ``password`` and ``password_again``; it says which names must not occur in the password."""

    def names(self) -> tuple[str, str]:
        return "", ""

    def validate_password(self, field: Any) -> None:
        fault = passwords.faults(field.data or "", *self.names())
        if fault:
            raise ValidationError(PASSWORD_FAULTS[fault])


class SignUpForm(NewPasswordForm):
    name = StringField(
        _l("姓名"),
        filters=[stripped],
        validators=[InputRequired(_l("请填写您的姓名。")), Length(max=200, message=_l("姓名太长：最多 200 个字符。"))],
    )
    phone = StringField(
        _l("手机号"),
        description=_l("办理人员需要时会打这个电话。"),
        filters=[written_phone],
        validators=[InputRequired(_l("请填写手机号。"))],
    )
    sign_in_name = StringField(_l("登录名"), description=_l("可以不填，不填就用手机号登录。"), filters=[stripped])
    password = new_password()
    password_again = repeated_password()

    def validate_name(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_l("请填写您的姓名。"))

    def validate_phone(self, field: Any) -> None:
        if not is_mobile(field.data or ""):
            raise ValidationError(_l("手机号应为1开头的11位数字，例如 13800000000。"))

    def validate_sign_in_name(self, field: Any) -> None:
        chosen = comparable_sign_in_name(field.data or "")
        if field.data and not SIGN_IN_NAME.fullmatch(chosen):
            raise ValidationError(_l("登录名用 3 到 60 个汉字、字母或数字，中间不留空格。"))
        # Somebody else's telephone number would keep them from signing up with it.
        if LIKE_A_PHONE.fullmatch(chosen) and chosen != comparable_sign_in_name(self.phone.data or ""):
            raise ValidationError(_l("登录名不能是别人的电话号码：请换一个，或者不填，用您自己的手机号登录。"))

    def names(self) -> tuple[str, str]:
        return self.sign_in_name.data or "", self.phone.data or ""

    def chosen_sign_in_name(self) -> str:
        """The sign-in name, or the telephone number where none was typed."""
        return self.sign_in_name.data or self.phone.data or ""


class ChannelsForm(FlaskForm):
    """How a person is told beside the product's own notices, which are always there."""

    sms = BooleanField(_l("短信"))
    mail = BooleanField(_l("邮件"))
    wechat = BooleanField(_l("微信（手机号绑定的微信）"))
    email = StringField(
        _l("电子邮箱"),
        filters=[stripped],
        validators=[Length(max=200, message=_l("邮箱太长：最多 200 个字符。"))],
    )

    def validate_email(self, field: Any) -> None:
        if self.mail.data and not field.data:
            raise ValidationError(_l("选了邮件，请填写邮箱。"))
        if field.data and not MAIL_ADDRESS.fullmatch(field.data):
            raise ValidationError(_l("邮箱不对，应像 name@example.cn 这样写。"))


class ChangePasswordForm(NewPasswordForm):
    current = PasswordField(_l("现在的密码"), validators=[InputRequired(_l("请填写现在的密码。"))])
    password = new_password()
    password_again = repeated_password()
