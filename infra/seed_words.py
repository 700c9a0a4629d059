"""Invented words for the demo: believable, about nobody, and no sheet that contradicts itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody the calls are about. `name` may carry its own さん."""

    name: str
    kana: str
    birth: str
    residence: str


TAKASHI, YUKI = Person("たかし", "たかし", "平3", "in_city"), Person("ゆうき", "ゆうき", "平10ごろ", "in_city")
MIHO, KEI = Person("みほ", "みほ", "H13", "in_city"), Person("けい", "けい", "平4", "in_city")
NOBU, RYO = Person("のぶさん", "のぶ", "昭50ごろ", "in_city"), Person("りょう", "りょう", "平17", "out_of_city")
SHO, AYA = Person("しょう", "しょう", "昭58", "in_city"), Person("あや", "あや", "平8", "in_city")
SATORU, MASAKI = Person("さとる", "さとる", "昭47", "not_asked"), Person("まさき", "まさき", "平23", "in_city")
SONS, DAUGHTERS, MEN, ANYBODY = (TAKASHI, YUKI, RYO), (MIHO, AYA), (NOBU, SHO, SATORU), (KEI, YUKI, AYA, TAKASHI)


@dataclass(frozen=True)
class Way:
    """How one may be reached: the words for it, its rules, what was promised, and what comes next."""

    contact: str
    rules: tuple[str, ...]
    promise: str
    next: str
    has_phone: bool = True


def _mobile(who: str, times: str) -> Way:
    rules = ("no_home_phone", "caller_mobile_only", "no_city_envelope")
    return Way(f"{who}の携帯だけ。{times}", rules, f"木曜までに、{who}の携帯へ一度かける", f"{who}の携帯へ電話")


BY_MAIL = Way("メールだけ。返事は急がない", ("mail_only",), "月末までにメールで返事をする", "メールを送る", False)
IN_PERSON = Way(
    "来所のときに直接話す。電話はしない",
    ("no_home_phone", "no_letter"),
    "来週、窓口でもう一度話をうかがう",
    "来所",
    False,
)
AT_WORK = Way("職場の電話。平日の9時から17時", ("no_home_phone",), "様子がわかったら、事業所へ電話する", "事業所へ電話")
NEVER = Way(
    "こちらからは連絡しない。またかけてくださる",
    ("no_home_phone", "no_letter", "no_visit"),
    "次の電話のとき、続きをうかがう",
    "電話を待つ",
    False,
)


@dataclass(frozen=True)
class Story:
    """One kind of call: who, how, about whom, and words that fit all three."""

    kind: str
    relation: str | None
    channels: tuple[str, ...]
    people: tuple[Person, ...]
    memo: str
    way: Way
    knows: tuple[str, ...] = ("does_not_know", "unclear", "knows")


_S = Story
STORIES = (
    _S(
        "family",
        "mother",
        ("phone", "visit"),
        SONS,
        "息子のこと。4年ほど前に仕事を辞めてから、ほとんど部屋で過ごしている。夜中に台所で音がする。声をかけていいのか迷う、と話された。",
        _mobile("母", "火・木の14時から16時"),
    ),
    _S(
        "family",
        "mother",
        ("phone",),
        DAUGHTERS,
        "娘は高校を出たあと家にいる。食事は部屋の前に置く。怒らせたくないので、こちらから話しかけることが減ったとのこと。",
        _mobile("母", "午後。留守番電話には名乗らずに切る"),
        ("does_not_know", "unclear"),
    ),
    _S(
        "family",
        "father",
        ("phone", "event"),
        SONS,
        "息子は病院には行きたがらない。市の封筒が届くと機嫌が悪くなるので、手紙は出さないでほしいとのこと。",
        _mobile("父", "平日の昼休み。留守番電話には名乗らずに切る"),
        ("does_not_know", "unclear"),
    ),
    _S(
        "family",
        "sibling",
        ("phone", "mail"),
        MEN,
        "弟が実家で一人になった。近所の目が気になり、昼間は雨戸を閉めている。自分は遠方で、月に一度しか来られない。",
        _mobile("姉", "土日でもよい"),
    ),
    _S(
        "family",
        "sibling",
        ("visit",),
        MEN,
        "父が亡くなり、兄と二人の生活になった。兄は20年ほど働いていない。自分が入院することになり、その間のことを相談したい。",
        _mobile("妹", "入院の前、今週のうちに"),
        ("knows", "unclear"),
    ),
    _S(
        "family",
        "spouse",
        ("phone",),
        (SHO,),
        "夫が休職してから外に出なくなった。受診はしていない。子どもが小さいので、これからの家計が心配と話された。",
        _mobile("妻", "子どもが寝ている13時から14時"),
    ),
    _S(
        "family",
        "grandparent",
        ("visit", "event"),
        (MASAKI,),
        "孫が中学3年の秋から学校に行っていない。本人は絵を描くのが好き。親とはあまり話さないが、祖母とは話す。",
        _mobile("祖母", "午前中"),
        ("knows", "unclear"),
    ),
    _S(
        "family",
        "mother",
        ("event", "visit"),
        DAUGHTERS,
        "娘は夜にコンビニへ行く。服は通販で買っている。何か習いたいと言ったことがあり、うれしかったと話された。",
        _mobile("母", "水曜の午前"),
    ),
    _S(
        "person",
        None,
        ("mail",),
        ANYBODY,
        "メールでの相談。人の少ないところなら行けるかもしれない、と書かれている。名前はまだ伏せたいとのこと。",
        BY_MAIL,
    ),
    _S(
        "person",
        None,
        ("mail",),
        MEN,
        "以前に働いていた職場のことを思い出すと眠れない。まずは話を聞いてほしい。電話よりメールがよい。",
        BY_MAIL,
    ),
    _S(
        "person",
        None,
        ("visit",),
        ANYBODY,
        "家族には内緒で来所。居場所のチラシを見た。ゲームと猫が好き。予約のいらない日はあるかと聞かれた。",
        IN_PERSON,
    ),
    _S(
        "person",
        None,
        ("visit",),
        MEN,
        "求職の相談のつもりで来たが、話すうちに、この半年ほとんど外に出ていないと教えてくれた。",
        IN_PERSON,
    ),
    _S(
        "agency",
        None,
        ("phone",),
        MEN,
        "民生委員から。呼び鈴には出ないが、新聞は取り込まれている。無理に会おうとはせず、どう声をかけるとよいかを知りたい。",
        AT_WORK,
    ),
    _S(
        "agency",
        None,
        ("phone", "mail"),
        (NOBU, SATORU),
        "地域包括支援センターから。母親の介護で訪問した際、奥の部屋に50代の息子さんがいるとわかった。",
        AT_WORK,
    ),
    _S(
        "acquaintance",
        None,
        ("phone", "visit"),
        MEN,
        "近所の方から。夜に明かりはつくが姿を見ない。心配しているだけで、責めたいのではないと話された。",
        _mobile("近所の方", "夕方"),
        ("does_not_know", "unclear"),
    ),
    _S(
        "unnamed",
        None,
        ("phone",),
        ANYBODY,
        "名乗らずに10分ほど。だれかに聞いてほしかった、と話された。また電話してもいいかと聞かれ、いつでもどうぞと答えた。",
        NEVER,
        ("unclear",),
    ),
)
"""The eight of families first; `WEIGHTS` says how often each comes."""
WEIGHTS = (9, 8, 8, 8, 6, 7, 6, 8, 6, 5, 5, 4, 5, 5, 6, 4)
OUTCOMES = (
    ("through_door", True, False),
    ("through_door", True, True),
    ("voice_only", True, False),
    ("met", True, False),
    ("family_only", False, True),
    ("letter_left", False, False),
    ("absent", False, False),
)
VISIT_MEMOS = {
    "through_door": (
        "扉のすぐ内側で話された。声は前回より近い。",
        "5分ほど。天気の話だけをして帰った。次も短く、と約束。",
    ),
    "voice_only": ("二階から返事があった。顔は見えないが、はっきりした声だった。",),
    "met": ("一緒に近くの公園まで歩いた。人の少ない朝がよいとのこと。", "玄関先で10分ほど。猫の写真を見せてくれた。"),
    "family_only": ("玄関先に鉢植えが増えていた。家族によると、本人が水をやっているとのこと。",),
    "letter_left": ("返事はなかった。手紙は新聞受けへ。見える所には置かなかった。",),
    "absent": ("だれも出られなかった。名刺は置かずに帰った。",),
}
PERSON_WORDS = (
    "「今日は寒いから、手紙だけでいいです」",
    "「また来てもいいです」",
    "「猫の話ならします」",
    "「今は決めない」",
    "",
)
FAMILY_WORDS = (
    "「夜中に台所で音がするようになりました」",
    "「この前、初めて一緒に夕飯を食べました」",
    "「どう声をかけていいか迷います」",
    "",
    "",
)
NEXT_PROMISES = (
    "手紙を届ける",
    "扉の前で声をかける",
    "居場所を一緒に見に行く",
    "同じ曜日の同じ時間に",
)
