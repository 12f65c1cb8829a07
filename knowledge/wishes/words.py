"""What a sentence names besides the deed: for whom, how many, who, which number, where, what is broken."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# For whom -------------------------------------------------------------------------------------------------

_KIN = (
    ("外婆", "外婆|姥姥|外奶|家婆|姥娘|舅家婆"),
    ("外公", "外公|姥爷|外爷|舅家爷"),
    ("婆婆", "婆婆(?!家)|婆母|阿家"),
    ("公公", "公公"),
    ("岳母", "岳母|丈母娘|丈母|姨娘(?=家)"),
    ("岳父", "岳父|老丈人|丈人"),
    ("老伴", "老伴|老头子|老太婆|老婆子|老汉|掌柜的|屋里人"),
    ("爱人", "爱人"),
    ("丈夫", "丈夫|老公|男人(?=病|腿|在)|当家的|孩子他爸|娃他大|娃他爸"),
    ("儿媳", "儿媳妇?"),
    ("媳妇", "媳妇儿?|老婆|妻子|婆娘|孩子他妈|娃他妈"),
    ("女婿", "女婿"),
    ("孙女", "外?孙女儿?"),
    ("孙子", "外?孙子|孙娃|孙儿"),
    ("儿子", "儿子|[我俺额咱]儿(?!媳|童|歌|科)|小子"),
    ("女儿", "女儿|闺女|女子|丫头|姑娘(?=在|下|上|要|想|今)"),
    ("孩子", "孩子|娃儿?|碎娃|小孩|宝宝|宝贝"),
    ("奶奶", "奶奶|俺奶|我奶|(?<=[我俺咱额给帮替])婆(?!婆|家|媳)|俺婆|我婆|额婆|咱婆"),
    ("爷爷", "爷爷|我爷|俺爷|咱爷|额爷|(?<=[给帮替])爷(?!们)"),
    ("爸妈", "爸妈|爹妈|父母|爸爸妈妈|老两口|两个老人|二老"),
    ("妈妈", "妈妈|老妈|母亲|我娘|俺娘|老娘|额娘|妈(?!的)|老母"),
    ("爸爸", "爸爸|老爸|父亲|我爹|俺爹|老爹|我大(?!娘|爷|妈|叔|哥|姐|姨|伯|家|声|概|约|便)|俺大(?!娘|爷|妈|叔|哥|姐|姨|伯|家|概|约)|额大(?!概|约)|爸|老父"),
    ("哥哥", "哥哥|我哥|俺哥|大哥(?=腿|病|在)"),
    ("姐姐", "姐姐|我姐|俺姐"),
    ("弟弟", "弟弟|我弟|俺弟|兄弟(?!姐)"),
    ("妹妹", "妹妹|我妹|俺妹"),
    ("邻居", "邻居|对门|隔壁|楼上|楼下"),
)  # fmt: skip
_KIN_WORDS = tuple((name, re.compile(pattern)) for name, pattern in _KIN)
_FAMILY_NAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔"
    "向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单"
    "季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄"
    "窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查"
)
_COMPOUND = "欧阳|上官|司马|诸葛|东方|夏侯|皇甫|尉迟|令狐|慕容|司徒|公孙"
_ELDER = "奶奶|爷爷|大爷|大妈|大娘|大叔|大伯|大姐|大哥|阿姨|叔叔|婆婆|老师|师傅|老太太|老汉|婶子?|伯伯"
_CALLED = re.compile(rf"(?:老|小)?[{_FAMILY_NAMES}](?:{_ELDER})")
_FOR = re.compile(
    r"(?:给|帮|替|为|代|让|叫|接|陪|我|俺|额|咱|想给|想替)(?:我|俺|咱|额|楼[上下]|隔壁|对门|独居|的|那|个|老|瘫痪|卧床)*$"
)


def relation(text: str) -> str | None:
    """For whom the deed is, in one word for each kin (俺婆 is 奶奶); neighbours by their name (陈奶奶)."""
    if called := _CALLED.search(text):
        return called[0]
    found = [(match.start(), rank, name) for rank, (name, word) in enumerate(_KIN_WORDS)
             if (match := word.search(text))]  # fmt: skip
    if not found:
        return None
    meant = [hit for hit in found if _FOR.search(text[: hit[0]])] or found
    return min(meant)[2]


# How many -------------------------------------------------------------------------------------------------

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_NUMBER = "[0-9]{1,4}|[零〇一二两俩三仨四五六七八九十百廿]{1,6}"
_UNITS = "份|碗|个人|口人|人|位|套|盒|顿(?!$)|口子|张票|张|名|口"
_COUNT = re.compile(
    rf"({_NUMBER})(?:来|多|几|大?概)?(?:个)?(?:{_UNITS})(?!员|行|工|民|家|多|院|大|类|生|口|事|家|次)"
)
_PEOPLE = re.compile(
    rf"(?:人数|名额)[^0-9零一二两三四五六七八九十]{{0,4}}(?:变成|改成|改为|增加到|到|是|有|:|：)?({_NUMBER})(?![号点月日楼])"
)
_PAIR = re.compile(
    r"(?:我|俺|额)(?:和|跟|同)(?:我|俺|额)?[^，。,、 ]{1,4}(?:一起|两个|俩|都|一块|一搭)|我俩|俺俩|我们俩|两口子|小两口|老两口|夫妻俩"
)
_FAMILY = re.compile(rf"({_NUMBER})大({_NUMBER})小")


def number(text: str) -> int | None:
    """The value of a whole number below 10,000 in digits or Chinese characters."""
    if text.isascii() and text.isdigit():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        elif char == "廿":
            total, digit = total + 20, 0
        else:
            return None
    return total + digit if text else None


def count(text: str) -> int | None:
    """How many portions or people are told of."""
    line = unicodedata.normalize("NFKC", text)
    if family := _FAMILY.search(line):
        return (number(family[1]) or 0) + (number(family[2]) or 0)
    if portions := re.search(rf"({_NUMBER})(?:份|碗|盒|套|顿)(?!子)", line):
        return number(portions[1])
    if told := _COUNT.search(line) or _PEOPLE.search(line):
        return number(told[1])
    return 2 if _PAIR.search(line) else None


# Who ------------------------------------------------------------------------------------------------------

_END = r"(?=[，。,.、；;！!？?\s的]|$|电话|手机|住|家住|要|想|约|预约|订|今年|身份证|明天|后天|今天|下)"
_NAME = rf"((?:{_COMPOUND}|[{_FAMILY_NAMES}])[\u4e00-\u9fff]{{1,2}}?)"
_TELLING = (
    re.compile(rf"(?:姓名|名字)(?:是|叫|:|：)?\s*{_NAME}{_END}"),
    re.compile(rf"(?:我叫|名叫|俺叫|额叫|大名|叫做?|本人)\s*{_NAME}{_END}"),
    re.compile(rf"(?:我|俺|额|这)是\s*(?:[^，。,\s]{{1,8}}的)?{_NAME}{_END}"),
)
_SURNAME = re.compile(
    rf"(?:(?:我|俺|额|免贵|本人)姓|姓)\s*({_COMPOUND}|[{_FAMILY_NAMES}])(?!名|氏|的(?!号|，|。|$))"
)
_NO_NAME = re.compile(
    "^(?:高中|高龄|高血|党员|党务|常住|方便|包工|包租|农民|孙子|孙女|安装|安保|向阳|白领|马上|金融|石油|时候|"
    "成年|全职|和谐|明天|明年|商户|商贩|师傅|房东|房客|管理|边上|单身|单位|单亲|左邻|连续|应届|解放|路过|路边|"
    "文盲|武警|关节|江湖|毛病|车主|司机|申请|安徽|宁夏|华侨|江苏|江西|陕西|河南|温州|易地|牛肉|古稀|成人|"
    "于是|任何|何时|何人|钟点|方才|万一|向你|向您|卫生|全家|全部|全院|社区)"
)


def person_name(text: str) -> str | None:
    """The name the speaker tells, or only the family name (姓周)."""
    for pattern in _TELLING:
        for match in pattern.finditer(text):
            if not _NO_NAME.match(match[1]):
                return match[1]
    told = _SURNAME.search(text)
    return told[1] if told else None


_BARE = re.compile(rf"(?:{_COMPOUND}|[{_FAMILY_NAMES}])[\u4e00-\u9fff]{{1,2}}")
_NEVER = re.compile("[吗么呢啥咋几点办我你他她它不没这那哪去来要想能会行好了的是]|什么|怎么|谢谢")


def bare_name(text: str) -> str | None:
    """The name in a text that is nothing but a name (王秀英, 老李, 苗奶奶, 叫我苗奶奶就行)."""
    if called := _CALLED.search(text):
        return called[0] if len(text) <= 10 else None
    told = text.strip()
    if re.fullmatch(rf"[老小][{_FAMILY_NAMES}]", told):
        return told
    if not _BARE.fullmatch(told) or _NO_NAME.match(told) or _NEVER.search(told[1:]):
        return None
    return told


# Numbers --------------------------------------------------------------------------------------------------

_MOBILE = re.compile(r"(?<![0-9])(?:\+?86[- ]?)?(1[3-9][0-9])[- ]?([0-9]{4})[- ]?([0-9]{4})(?![0-9])")
_ID = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx](?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


_NARROW = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


def mobile(text: str) -> str | None:
    """A mainland mobile phone number, 11 digits."""
    found = _MOBILE.search(unicodedata.normalize("NFKC", text))
    return "".join(found.groups()) if found else None


def is_id_number(text: str) -> bool:
    """Whether the 18 characters are a resident's ID number: date and check character (GB 11643)."""
    if not _ID.fullmatch(text):
        return False
    month, day = int(text[10:12]), int(text[12:14])
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
    return 1 <= month <= 12 and 1 <= day <= 31 and "10X98765432"[total % 11] == text[17].upper()


def id_numbers(text: str) -> list[str]:
    """The valid ID numbers in the text, upper case."""
    line = unicodedata.normalize("NFKC", text)
    return [found.upper() for found in _ID.findall(line) if is_id_number(found)]


def mask_ids(text: str) -> str:
    """The text with every valid ID number shown as 610***********1234."""
    line = text.translate(_NARROW)
    return _ID.sub(lambda m: f"{m[0][:3]}{'*' * 11}{m[0][14:]}" if is_id_number(m[0]) else m[0], line)


# Where ----------------------------------------------------------------------------------------------------

_N = "[0-9一二三四五六七八九十]{1,4}"
_PLAIN = "[^的了在我你他她咱俺额就有是住到把被让给那这和跟从往去来没个，。,、；：:！!？?\\s0-9a-zA-Z路街区院挡过走修扫挖带云]"
_NAMED = rf"{_PLAIN}{{1,6}}?(?:大道|街道|社区|小区|家属院|家属楼|家园|花园|花苑|公寓|新村|新城|佳苑|苑(?!子)|府|广场(?!舞)|公园|市场|菜场|超市|学校|小学|中学|幼儿园|医院|车站|地铁站|十字|路口|大厦|商场|驿站|大桥|桥头|东路|西路|南路|北路|中路|路(?!灯|上|边|面|沿|烂|滑|坑|过|牌|况|不|太|人(?!行)|断|堵)|街(?!上|坊|边)|巷(?!子)|村|庄|寨|里(?=\d))"
_EXACT = rf"{_N}(?:号楼|号院|栋|幢|单元|室|层|楼(?!上|下)|院|组)(?:[0-9]{{3,4}}(?:室)?)?"
_SPOT = r"(?:十字|路口|菜场|市场|公园|小花园|小广场|健身广场|广场(?!舞)|篮球场|操场|凉亭|车棚|车库|地下室|地下车库|储物间|楼道口?|楼梯间?|扶手|电梯(?:口|间)|单元门?口?|大门口?|门口|后门|前门|东门|西门|南门|北门|侧门|人行道|马路边?|路边|巷口|西巷|东巷|南巷|北巷|村口|桥头|河边|院子?里?|绿化带|花坛|垃圾站|垃圾房|公厕|自行车棚|充电棚|公交站|站牌|池边|屋后|排水沟|楼顶|天台|屋顶|东边|西边|南边|北边|东头|西头|南头|北头|西北角|东北角|西南角|东南角|后头|后面|前头|前面|旁边|对面|拐角|转角|拐弯处?|背后|墙根)"
_ATOM = re.compile(rf"(?P<named>{_NAMED})|(?P<exact>{_EXACT})|(?P<spot>{_SPOT})")
_GAPS = frozenset(("", "的", " ", "里", "那", "那条", "那个", "那边", "这边", "最"))
_LEAD = re.compile(
    r"^(?:就|在|住|是|到|我家?|咱们?|咱家|咱院|俺们?|你们|我们|上报|地址|地点|位置|地方|离|从|横|躺|倒|停|堵|关于|有人|旁边|给|帮|约人|来|问题|反映|投诉|报修|想约)+"
)

_WHOSE = frozenset("你我他她咱俺额")


def _runs(text: str) -> list[list[re.Match[str]]]:
    runs: list[list[re.Match[str]]] = []
    for match in _ATOM.finditer(text):
        near = runs and text[runs[-1][-1].end() : match.start()] in _GAPS
        if near:
            runs[-1].append(match)
        else:
            runs.append([match])
    return runs


def _worth(run: list[re.Match[str]]) -> tuple[int, int]:
    value = {"named": 3, "exact": 2, "spot": 1}
    return sum(value[str(match.lastgroup)] for match in run), run[-1].end() - run[0].start()


def place(text: str) -> str | None:
    """The words of the place that is told (珠泉路4号院六单元), or None."""
    line = unicodedata.normalize("NFKC", text)
    runs = _runs(line.replace("云医院", "，，，").replace("社区工作", "，，，，"))
    if not runs:
        return None
    best = max(runs, key=_worth)
    start = best[0].start()
    start += line[start] == "们" and line[start - 1 : start] in _WHOSE  # 你 and 我 cannot stand in a name
    return _LEAD.sub("", line[start : best[-1].end()]).strip() or None


# What is broken -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Problem:
    """The category of a problem and whether people may come to harm."""

    category: str
    danger: bool


_CATEGORIES = tuple((name, re.compile(pattern)) for name, pattern in (
    ("fire_lane", "消防通道|消防车|消防门|安全出口|逃生|疏散|灭火器|消防栓|消火栓|生命通道"),
    ("elevator", "电梯|升降机"),
    ("street_lamp", "路灯|街灯|路登|灯杆|(?:巷|路|广场|院|小区|门口)[^，。]{0,6}灯"),
    ("light", "楼道[^，。]{0,4}灯|声控灯|感应灯|楼梯[^，。]{0,4}灯|灯(?:坏|不亮|瞎|灭|黑|泡)|黑灯瞎火|黑咕隆咚"),
    ("wires", "电线|线缆|网线|光缆|电缆|电杆|飞线|配电箱|变压器|电箱|漏电|高压线|插线板|充电桩"),
    ("tree", "树|枝"),
    ("noise", "噪|吵|音响|喇叭|广场舞|半夜施工|打桩|扰民|KTV|音乐|钻[^，。]{0,3}响|敲"),
    ("sewer", "下水|污水|化粪池|窨井|雨水口|雨水篦|排水|倒灌|臭水|冒水|返水"),
    ("road", "井盖|路面|路沿|马路|人行道|地砖|坑|盲道|台阶|路(?:烂|裂|塌|滑|不平)|坡道|斑马线|减速带|护栏|路牌|红绿灯|结冰|积雪|塌陷|地面|台子"),
    ("water_leak", "漏水|水管|水龙头|渗水|爆管|滴水|停水|水压|漏雨|积水|暖气|自来水"),
    ("door", "门禁|单元门|楼宇门|大门|门锁|铁门|道闸|门(?:坏|关不|打不开|锁不)|栏杆机"),
    ("rubbish", "垃圾|废品|狗屎|狗粪|泔水|烟头|碎玻璃|玻璃渣|杂物|脏|小广告|臭|卫生|老鼠|死猫|死狗|苍蝇|厕|旧家具|沙发|破烂|落叶|焚烧"),
    ("parking", "停车|车位|僵尸车|地锁|乱停|堵(?:住|了|着)?(?:单元|大?门|路)|挪车|占道|单车|三轮车"),
    ("facility", "健身|器材|凳|椅|扶手|滑梯|秋千|跷跷板|凉亭|栏杆|宣传栏|站牌|石桌|球台|游乐|沙坑|监控|快递柜|喷泉|亭子|墙|窗"),
))  # fmt: skip
_DANGER = re.compile(
    "危险|隐患|要(?:倒|掉|塌|摔)|快(?:倒|掉|塌)|会(?:倒|掉|塌|砸)|怕(?:掉|砸|倒|摔)|掉(?:下来|下去|进)|砸|漏电|冒火|火花|火星|"
    "电线(?:断|垂|耷|掉|露|裸)|线(?:断|垂|耷拉)|露(?:在外|出来|着)|塌|陷|裸露|碎玻璃|玻璃渣|碎了?一地|摔(?:了|倒|跤|人)|绊|钉子|扎|"
    "够(?:着|得着)|触电|电(?:着|到)人|夹(?:人|着|住)|坠|结冰|针头|(?:井盖|盖子|盖板)(?:没|丢|坏|破|翘|碎|断|不见)|"
    "没(?:有)?(?:盖|围栏|护栏)|(?:护栏|栏杆|扶手)[^，。]{0,4}(?:断|松|倒|没|坏|晃)|歪(?:得|了)|断(?:了)?一?[根截半]|松动|"
    "(?:消防|安全出口|逃生|救护车)[^，。]{0,10}(?:堵|锁|占|停|堆|进不)|(?:堵|锁|占|停|堆)[^，。]{0,6}消防|飞线|蜂窝|高空抛物|往下扔|咬人|追人|吓人|裂(?:了)?(?:大|个)?[缝口]|黑灯瞎火|崴"
)


def problem(text: str) -> Problem | None:
    """What kind of problem is told; None when no word of any kind is found."""
    line = unicodedata.normalize("NFKC", text)
    danger = _DANGER.search(line) is not None
    for name, words in _CATEGORIES:
        if words.search(line):
            return Problem(name, danger or name == "fire_lane")
    broken = re.search("坏|破|断|漏|堵|裂|掉|塌|反映|投诉|报修|隐患|没人管", line)
    return Problem("other", danger) if danger or broken else None
