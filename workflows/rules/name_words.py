"""Words that the name rules look for: short lists, a help for the applicant and the registrar, not the last word."""

from dataclasses import dataclass
from functools import cache

from stdnum import numdb


@dataclass(frozen=True, slots=True)
class Ban:
    """One of the nine bans of 企业名称登记管理规定 第十一条.

    `plain` words block; `doubtful` words may be legitimate and are pointed out.
    """

    number: int
    name: str
    zh: str
    en: str
    plain: tuple[str, ...]
    doubtful: tuple[str, ...] = ()


BANS = (
    Ban(
        1,
        "name.ban-dignity",
        "损害国家尊严或者利益",
        "harms the dignity or the interests of the state",
        ("国旗", "国徽", "国歌", "台独", "藏独", "疆独", "港独"),
        ("国花", "领袖"),
    ),
    Ban(
        2,
        "name.ban-public-interest",
        "损害社会公共利益或者妨碍社会公共秩序",
        "harms the public interest or public order",
        ("传销", "非法集资", "代开发票", "高利贷", "造假"),
        ("特供", "专供", "国宴", "讨债", "侦探"),
    ),
    Ban(
        3,
        "name.ban-authorities",
        "使用政党、党政军机关、群团组织名称或者部队番号",
        "uses the name of a party, an authority, the forces or a mass organisation",
        (
            "共产党",
            "中共",
            "国务院",
            "解放军",
            "武警",
            "共青团",
            "人民政府",
            "人民法院",
            "人民检察院",
            "公安局",
            "政协",
            "妇联",
        ),
        ("八一", "人大", "工会", "部队", "法院", "公安", "红军", "民主党"),
    ),
    Ban(
        4,
        "name.ban-foreign",
        "使用外国国家（地区）、国际组织名称",
        "uses the name of a foreign country or an international organisation",
        ("联合国", "欧盟", "北约", "世界贸易组织", "世界卫生组织", "国际刑警", "东盟"),
        (
            *("美国", "英国", "法国", "德国", "日本", "俄罗斯", "韩国", "朝鲜", "印度", "意大利", "西班牙", "加拿大"),
            *("澳大利亚", "新西兰", "泰国", "越南", "巴西", "瑞士", "瑞典", "荷兰"),
        ),
    ),
    Ban(
        5,
        "name.ban-vice",
        "含有淫秽、色情、赌博、迷信、恐怖、暴力内容",
        "is obscene or about gambling, superstition, terror or violence",
        ("色情", "淫秽", "赌博", "赌场", "恐怖组织", "黑社会", "邪教", "毒品"),
        ("博彩", "算命", "占卜", "风水", "成人用品", "恐怖", "暴力", "枪械"),
    ),
    Ban(
        6,
        "name.ban-discrimination",
        "含有民族、种族、宗教、性别歧视内容",
        "discriminates by nationality, race, religion or sex",
        ("支那", "黑鬼", "鬼子", "白皮猪", "蛮子"),
        ("蛮夷",),
    ),
    Ban(
        7,
        "name.ban-morals",
        "违背公序良俗或者可能有其他不良影响",
        "offends good morals or has another bad influence",
        ("二奶", "包养", "屌丝", "叫鸡"),
        ("小三", "土匪", "流氓", "山寨"),
    ),
    Ban(
        8,
        "name.ban-misleading",
        "可能使公众受骗或者产生误解",
        "may deceive or mislead the public",
        ("国家级", "最高级", "世界第一", "全国第一", "官方指定", "政府指定"),
        ("第一", "最佳", "顶级", "首选", "极品", "免检", "政府", "官方"),
    ),
    Ban(
        9,
        "name.ban-other-law",
        "法律、行政法规以及国家规定禁止的其他情形",
        "is forbidden by another law (protected emblems, names of licensed finance)",
        ("奥林匹克", "奥运会", "红十字", "红新月"),
        ("奥运", "银行", "保险", "证券", "期货", "信托", "交易所", "金融", "基金管理", "支付"),
    ),
)

STATE_PREFIXES = ("中国", "中华", "中央", "全国", "国家")
"""Name prefixes that need the State Council's approval: 企业名称登记管理规定 第十二条."""

INDUSTRY_WORDS = frozenset(
    (
        *(
            "农业",
            "林业",
            "渔业",
            "养殖",
            "种植",
            "食品",
            "纺织",
            "服装",
            "家具",
            "化工",
            "机械",
            "机电",
            "电子",
            "建材",
        ),
        *("建筑", "装饰", "商贸", "贸易", "批发", "零售", "超市", "物流", "运输", "仓储", "餐饮", "酒店", "旅游"),
        *("科技", "网络", "软件", "信息", "传媒", "广告", "文化", "教育", "咨询", "物业", "环保", "医药", "医疗"),
        *("能源", "电力", "汽车", "销售", "服务", "制造", "加工", "渔具", "绳网", "苗木"),
    )
)
"""Words that are an industry and nothing else."""

_SUFFIXES = ("特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "省", "市", "县", "区", "旗", "盟", "州")


@cache
def place_names() -> frozenset[str]:
    """Names of all places at county level and above, past and present, with and without 省, 市, 县, 区 at the end."""
    found = {"惠民", "惠民县"}
    for *_, properties, counties in numdb.get("cn/loc").prefixes:
        entries = [properties.get("province", ""), *(each[3].get("county", "") for each in counties)]
        for name in (name.rpartition("]")[2] for entry in entries for name in entry.split(",")):
            found.add(name)
            found.update(name.removesuffix(suffix) for suffix in _SUFFIXES if name.endswith(suffix))
    return frozenset(name for name in found if len(name) >= 2 and name not in ("市辖", "市辖区"))


def distinctive_part(trade_name: str) -> str:
    """What of a comparable trade name tells it from others: without a place at its beginning and an industry at its end.

    Two characters at least are left; a name that would be shorter stays whole.
    """
    part = trade_name
    for length in range(min(6, len(part) - 2), 1, -1):
        if part[:length] in place_names():
            part = part[length:]
            break
    for length in range(min(4, len(part) - 2), 1, -1):
        if part[-length:] in INDUSTRY_WORDS:
            return part[:-length]
    return part
