"""Characters that cannot be printed on a licence or would deceive its reader."""

import unicodedata
from collections.abc import Iterator

from workflows.rules.reading import Application, invisible_in
from workflows.rules.registry import TYPED, Problem, RuleContext, rule

_LINE_BREAKS = "\t\n\r"
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NAMES = frozenset({"trade_name", "industry", "name", "recipient", "signature"})
_PERSON_SIGNS = frozenset("·•‧・∙.．'’‘-‐－,，()（） ")


def _is_name(path: str) -> bool:
    return path.rpartition(".")[2] in _NAMES


def _control(character: str) -> bool:
    category = unicodedata.category(character)
    return category == "Cs" or (category == "Cc" and character not in _LINE_BREAKS)


@rule("text.control-characters", law="企业名称登记管理规定", articles="第五条", page="", stages=TYPED)
def control_characters(application: Application, context: RuleContext) -> Iterator[Problem]:
    """No text holds NUL or other control characters, and no name holds line breaks."""
    for path, text in application.unusual_texts:
        bad = not text.isprintable() and any(_control(character) for character in text)
        if bad or (_is_name(path) and any(character in _LINE_BREAKS for character in text.strip())):
            yield Problem(
                path,
                "这里含有无法显示的控制字符（常由复制粘贴带入），请删去后重新输入。",
                "This holds control characters, often brought in by copying. Delete the text and type it anew.",
            )


@rule("text.invisible-characters", law="企业名称登记管理规定", articles="第五条", page="", stages=TYPED)
def invisible_characters(application: Application, context: RuleContext) -> Iterator[Problem]:
    """No name holds characters that cannot be seen, and no text holds marks that turn the direction of writing."""
    for path, text in application.unusual_texts:
        if _DIRECTIONS & set(text) or (_is_name(path) and invisible_in(text)):
            yield Problem(
                path,
                "这里含有看不见的字符或改变文字方向的符号（常由复制粘贴带入），请删去后重新输入。",
                "This holds invisible characters or marks that turn the text around. Delete it and type it anew.",
            )


@rule("text.private-characters", law="居民身份证法", articles="第四条", page="", stages=TYPED)
def private_characters(application: Application, context: RuleContext) -> Iterator[Problem]:
    """Names use characters of the national standard; home-made ones of old systems look different elsewhere."""
    for path, text in application.unusual_texts:
        if _is_name(path) and any(unicodedata.category(character) == "Co" for character in text):
            yield Problem(
                path,
                "这里含有旧系统的自造字，在别的电脑上会显示成另一个字。请用输入法重新输入标准的生僻字（例如“䶮”“𫍯”）。",
                "This holds a home-made character of an old system. Type the standard rare character instead (䶮, 𫍯).",
            )


def _letter(character: str) -> bool:
    """A letter, or a Chinese character too new for this Python's tables."""
    return unicodedata.category(character)[0] == "L" or 0x20000 <= ord(character) <= 0x3FFFD


def _belongs_to_name(character: str) -> bool:
    """Letters and marks; characters that other rules refuse with a better sentence are left to them."""
    return _letter(character) or unicodedata.category(character) in ("Mn", "Mc", "Cc", "Cf", "Co", "Cs")


@rule("text.person-name", law="居民身份证法", articles="第四条", page="", stages=TYPED)
def person_name(application: Application, context: RuleContext) -> Iterator[Problem]:
    """A person's name consists of characters or letters as on the paper: no digits, signs or emoji."""
    shareholders = {row.path for row in application.shareholders}
    for row in application.everyone():
        name = row.text("name")
        if not name or (row.path in shareholders and row.text("kind") != "natural"):
            continue
        strange = [character for character in name if character not in _PERSON_SIGNS and not _belongs_to_name(character)]
        if strange or not any(_letter(character) for character in name):
            yield Problem(
                row.field("name"),
                "姓名请与证件一致：可以用汉字、字母和间隔号“·”，不能有数字、符号或表情。",
                "Write the name as on the paper: characters, letters and · only, no digits, signs or emoji.",
            )
