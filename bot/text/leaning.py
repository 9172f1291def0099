"""Tells which sentences cannot be understood without one that stands before them in their text.

By language, because the same word stands alone in one and leans in another: "Il" is "he" in French and "the"
in Italian. In languages without a list nothing leans.
"""
# ruff: noqa: RUF001  (words of many scripts)

from __future__ import annotations

import re

_ENGLISH = r"""["'“‘(]* (?:
    (?: He | She | It | They | His | Her | Hers | Its | Their | Theirs | Him | Them | Such | Same | Another
      | Others? | Which | And | But | Or | Nor | So | Yet | Still | Then | Thus | Hence | Here | Also | Worse
      | Indeed | Instead | Rather | However | Therefore | Accordingly | Consequently | Moreover | Nor
      | Furthermore | Besides | Likewise | Otherwise | Nevertheless | Nonetheless | Similarly | Conversely
      | Either\ way | Even\ (?: so | then ) | That\ said | Taken\ together | By\ contrast | Until\ then
      | By\ then | Since\ then | Meanwhile | More\ than\ that | Not\ only\ that | To\ that\ end | With\ that
      | In\ (?: addition | contrast | particular | fact | turn | response | return | other\ words )
      | As\ (?: a\ (?: result | consequence ) | such | well ) | For\ (?: example | instance | this )
      | (?: At | By | Until | Since | From )\ that\ (?: time | point | stage | moment | day )
      | (?: An? | One | Two | Three | Four | Five | Six | Ten | \d+ )\ (?: few\ | couple\ of\ )?
        (?: minute | hour | day | week | month | year | decade )s?\ (?: later | earlier | before )
      | (?: An?\ )? [Ss]imilar\b (?! .*\bto\b )
      | At\ the\ same\ time | After\ (?: that | this ) | On\ the\ (?: other | contrary ) | More\ was\ to
      | Both\b (?! .*\band\b ) | Neither\b (?! .*\bnor\b ) )\b
  | (?: Why | How )\ (?: this | that | these | those | it | he | she | they )\b
  | What\ (?: the | this | that | these | those | it | he | she | they | is | was | makes? | made
    | follows )\b
  | (?: This | That | These | Those )\b (?! \ (?: week | weekend | month | year | decade | morning
      | afternoon | evening | spring | summer | autumn | winter | release | version | post | book )\b )
  | (?: Today | Yesterday | Now | Later | Earlier | Last\ \w+
      | (?: In | On | By | For | To | At | From | After | Before | Since | During | With
        | Under )\ [\w ]{2,30} ) ,?
    \ (?: he | she | it | they | this | these | those )\b
  | (?: None | All | Some | Most | Many | One | Neither | Part | Each | Half | Two | Three | Several | Few
      | Any | Much | Everyone | Every\ one )\ of\ (?: which | whom | them | this | that | these | those )\b
  | (?: The | An? )\ (?: \w+\ )? \w+\ (?: of | behind | for | to | in | with | between | about )
    \ (?: this | that | these | those | them | it | which | such | both (?! \ (?: \w+\ ){1,3} and\ ) | each
      | all\ this )\b
  | (?: The\ (?: others? | two | pair | same )\b (?! \ \w+\ (?: of | who | that )\ )
      | In\ the\ (?: former | latter )\ (?: case | circumstance )\b )
  | (?: [\w’'-]+\ ){0,2} (?: others? | rest | former | latter )
    (?: , | \ (?: is | are | was | were | would | will | has | have | include[sd]? | case )\b )
  | [^,;:]{1,80} , \ (?: however | though | too | then | therefore | for\ one | by\ contrast
      | for\ (?: example | instance ) ),
  | (?! [^.]* \bnot\ only\b ) (?: [\w’'.-]+\ ){1,5} (?: also | likewise )\b
  | [^“”"]{0,120} ,\ this\ (?: is | was | will | would | means | could | may | might | has )\b
  | (?: Less | More | Equally | Even\ more | Most | Worst | Best )\ \w+ ,? \ (?: is | are | was | were
    | still )\b
  | Each\ (?! (?: of\ the | year | day | month | week | night | morning | spring | summer | autumn | winter
    | time )\b )
  | [^,;:“”"]{0,60} \b such\ (?! as\b | an?\b | [A-Z] )
  | [\w.-]+ (?: ['’]s | s['’] )
    \ (?: is | are | was | were | has | have | had | will | would | do | does | did )\b
  | (?: Think | Call | Consider | Imagine | Take | Make | Put | Give | Use | Try )\ (?: of\ | about\ )?
    (?: it | this | that | them )\b
  | The\ (?: is | are | was | were | has | have | had )\b
  | (?: Less | Equally | Even\ more | More )\ \w+ ,
  | \w+\ more\ \w+\ (?: are | were | have | had )\b )"""

_LEANS = {
    "en": _ENGLISH,
    "de": r"""["„»(]* (?: Er | Sie | Es | Ihn | Ihm | Ihr | Ihre[rnms]? | Seine[rnms]? | Diese[rsmn]? | Dies
        | Das (?=\ [a-zäöü]) | Aber | Doch | Denn | Jedoch | Allerdings | Dennoch | Trotzdem | Dabei | Damit
        | Dadurch | Dafür | Dagegen | Davon | Daran | Darauf | Darin | Darüber | Dazu | Danach | Deshalb
        | Deswegen | Daher | Außerdem | Zudem | Auch | Ebenso | Und | Oder | Sondern | So | Somit | Also
        | Dort | Hier | Beide | Solche[rsmn]? | Zwar | Stattdessen | Hingegen | Folglich | Immerhin )\b
        | [\w ,]{1,50} \b (?: jedoch | allerdings | dagegen | außerdem | hingegen )\b""",
    "fr": r"""["«(\s]* (?: Il (?! \ (?: y\ a | faut | est\ (?: vrai | probable | temps ) ) ) | Elle | Ils
        | Elles
        | Ce (?=\ (?: n[’'] | qui | que | sont | sera | fut ) ) | C[’'] | Cela | Ça | Cet? (?=\ \w) | Cette
        | Ces | Celui | Celle | Ceux | Mais | Et | Or | Car | Donc | Cependant | Toutefois | Pourtant
        | Néanmoins | En\ (?: outre | effet | revanche ) | De\ plus | Ainsi | Par\ ailleurs | Aussi
        | Par\ conséquent | Alors | Sa | Son | Ses | Leurs? | Ici | Là | D[’']autres? )(?! \w )""",
    "es": r"""["«“¿¡(]* (?: Esto | Eso | Ello | Este | Esta | Estos | Estas | Ese | Esa | Esos | Esas
        | Aquel(?:la)?
        | Él | Ella | Ellos | Ellas | Pero | Y | O | Sin\ embargo | Además | También | No\ obstante | Aun\ así
        | Por\ (?: eso | ello | tanto | lo\ tanto | otra\ parte | el\ contrario ) | Así | Entonces | Su | Sus
        | En\ cambio | Allí | Ambos | Ambas | De\ hecho | Por\ ejemplo | Asimismo )\b""",
    "pt": r"""["«“(]* (?: Isto | Isso | Aquilo | Este | Esta | Estes | Estas | Esse | Essa | Esses | Essas
        | Ele
        | Ela | Eles | Elas | Mas | E | Ou | No\ entanto | Entretanto | Contudo | Porém | Todavia
          | Além\ disso
        | Também | Por\ (?: isso | exemplo | outro\ lado ) | Assim | Portanto | Então | Seu | Sua | Seus
          | Suas
        | Ainda\ assim | Ali | Ambos | Ambas | De\ facto | De\ fato )\b""",
    "it": r"""["«“(]* (?: Questo | Questa | Questi | Queste | Quello | Quella | Quelli | Quelle | Ciò | Egli
        | Ella
        | Lui | Lei | Essi | Esse | Loro | Ma | E | O | Però | Tuttavia | Inoltre | Anche | Quindi | Dunque
        | Perciò | Così | Infatti | Eppure | Invece | Allora | Suo | Sua | Suoi | Sue | Entrambi | Entrambe
        | Per\ (?: questo | esempio ) | D[’']altra\ parte | Al\ contrario | Nonostante\ ciò )\b""",
    "nl": r"""["„“‘(]* (?: Hij | Zij | Ze | Het (?=\ (?: is | was | heeft | had | werd | wordt | gaat | zou
        | kan ) )
        | Dit | Dat | Deze | Die | Zijn | Haar | Hun | Maar | En | Of | Want | Dus | Echter | Toch | Ook
        | Daarom | Daarbij | Daarmee | Daarna | Daardoor | Bovendien | Verder | Niettemin | Desondanks
        | Hierdoor | Hiermee | Toen | Daar | Hier | Beide | Integendeel | Zo )\b""",
    "pl": r"""["„(]* (?: On | Ona | Ono | Oni | One | Jego | Jej | Ich | To | Ten | Ta | Te | Ci | Tego
        | Tej | Tych
        | Ale | Lecz | Jednak | Jednakże | Natomiast | Również | Także | Też | Ponadto | Poza\ tym | Dlatego
        | Więc | Zatem | A | I | Oraz | Mimo\ to | Wtedy | Tam | Tu | Obaj | Obie | Z\ kolei | Na\ przykład
        | W\ związku\ z\ tym )\b""",
    "ru": r"""["«„(]* (?: Он | Она | Оно | Они | Его | Её | Ее | Их | Ему | Ей | Им | Это | Этот | Эта | Эти
        | Этого
        | Этой | Тот | Та | Те | Такой | Такая | Такие | Но | А | И | Или | Однако | Впрочем | Зато | Также
        | Тоже | Кроме\ того | Поэтому | Потому | Следовательно | Таким\ образом | Тем\ не\ менее | Там
        | Здесь | Тогда | При\ этом | Например | Оба | Обе | В\ свою\ очередь | Более\ того )\b""",
    "zh": r"""["“「]* (?: 但是? | 然而 | 不过 | 不過 | 可是 | 而且 | 此外 | 另外 | 因此 | 所以 | 于是 | 於是
        | 同时
        | 同時 | 他 | 她 | 它 | 这 | 這 | 那 | 其[中次他] | 该 | 該 | 例如 | 比如 | 反之 | 对此 | 對此
          | 随后 | 隨後 | 也 | 并 | 双方 )""",
    "ja": r"""[「『]* (?: しかし | だが | ただ | けれど | でも | また | さらに | そして | それ | そこ | その
        | そう | この
        | これ | ここ | こう | あの | 彼 | 彼女 | だから | したがって | つまり | なお | 一方 | 同時に
          | 例えば | ところが
        | すると | 両[者社氏国] | 同[社氏] | 当該 )""",
    "ko": r"""["“‘]* (?: 그러나 | 하지만 | 그런데 | 그리고 | 또한? (?=\ ) | 그래서 | 따라서 | 그는 | 그녀
        | 그것 | 그들 | 이는
        | 이에 | 이것 | 이런 | 이러한 | 이를 | 이로 | 그 (?=\ ) | 이 (?=\ ) | 해당 (?=\ ) | 양측
          | 특히 | 반면 | 한편 | 예를\ 들어 | 다만 | 게다가 )""",
    "ar": r"""["«“(]* (?: لكن | ولكن | إلا\ أن | غير\ أن | كما | كذلك | وكذلك | هذا | هذه | وهذا | وهذه
        | وهو | وهي | وهم
        | هو | هي | هم | ذلك | وذلك | تلك | ولذلك | لذلك | لذا | ومع\ ذلك | وبالتالي | بالإضافة\ إلى\ ذلك
          | هناك | وأضاف
        | وتابع | وأضافت | وتابعت )\b""",
    "he": r"""["“(]* (?: אבל | אך | אולם | ואולם | הוא | היא | הם | הן | זה | זאת | זו | אלה | אלו | לכן
        | בנוסף | כמו\ כן | גם
        | עם\ זאת | למרות\ זאת | לעומת\ זאת | כך | אז | שם | שלו | שלה | כלומר | למשל | ואז | וכך )\b""",
    "hi": r"""["“(]* (?: लेकिन | मगर | परंतु | परन्तु | किंतु | हालांकि | हालाँकि | और | या | यह | ये | वह
        | वे | इस | इसके | इसका
        | इसकी | इसमें | इससे | इसलिए | उस | उसके | उनका | उनके | उनकी | उन्होंने | उसने | इन | उन | वहीं
          | यही | साथ\ ही | इसी
        | तब | फिर | जबकि | वहाँ | वहां ) (?= [\s,] )""",
    "th": r"""["“]* (?: อย่างไรก็ตาม | แต่ | นอกจากนี้ | นอกจากนั้น | ทั้งนี้ | ดังนั้น | ซึ่ง | เขา | เธอ
        | มัน | นี่ | นั่น | ขณะเดียวกัน
        | ส่วน | และ | หรือ | เพราะ | โดย | จากนั้น | ต่อมา )""",
}
_LEANING = {code: re.compile(pattern, re.VERBOSE) for code, pattern in _LEANS.items()}


def leans(text: str, code: str = "en") -> bool:
    """Return whether a sentence depends on the one before it ("That would ...", "However, ...")."""
    pattern = _LEANING.get(code)
    return pattern is not None and pattern.match(text) is not None
