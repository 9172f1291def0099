"""The words of pleas and sponsors' lines in many languages, as stems; `bot.text.furniture` weighs them.

Covered: Arabic, Chinese, Dutch, English, French, German, Hebrew, Hindi, Italian, Japanese, Korean, Polish,
Portuguese, Russian, Spanish and Thai; Turkish and Swedish in part.
"""
# ruff: noqa: RUF001  (letters of many scripts)

from __future__ import annotations

import re

# What is asked for in a plea, and what stands beside it in one, by the stems of many languages.
ASKED = re.compile(
    r"""subscri | abonn | abonier | suscri[bp] | suscríb | inscr[ei]v | inscri[vt] | iscri(?:v|t|zion)
        | assin(?:e|ar|atura)\b
      | subskryb | zapisz | prenumer | подпи[сш] | подпис | sottoscri | aanmelden | meld\ je | registrier
      | anmeld | abone\ ol | sostien | unterstütz | soutene[zs] | soutien | apoy[ae] | apoie | sostieni
        | steun
      | wspieraj | wesprzyj | поддерж | donat | spend(?:e|en)\b | faire\ un\ don
        | dona(?:r|ción|ções|zione)\b | doneer
      | darowizn | пожертв | support(?:ing)?\ (?:me|us|my|our|this|the)\b | sign\ up | share\ this
        | follow\ us
      | 订阅 | 訂閱 | 关注 | 關注 | 赞助 | 支持我 | 登録 | 購読 | フォロー | 応援 | 구독 | 후원 | 팔로우
      | اشترك | اشتراك | تابعنا | ادعم | الاشتراك | הירשמו | הרשמו | הרשמה | הצטרפו | עקבו | תמכו | תמיכה
      | सब्सक्राइब | सदस्यता | सहयोग\ करें | फ़ॉलो | फॉलो | สมัคร | ติดตาม | สนับสนุน""",
    re.IGNORECASE | re.VERBOSE,
)
BESIDE = re.compile(
    r"""newsletter | news\ letter | e-?mail | mail\b | inbox | podcast | patreon | ko-?fi | paypal | steady\b
      | telegram | whatsapp | youtube | instagram | twitter | facebook | mastodon | blog\b | channel\b
        | cookie
      | rss\b | rundbrief | infolettre | lettre\ d | bulletin | boletín | boletim | nieuwsbrief | biuletyn
      | рассылк | канал | блог | kanal | kanał | canal\b | canale\b | chaîne | free\b | kostenlos | gratis
        | gratuit
      | gratuitement | za\ darmo | bezpłatn | бесплатн | new\ posts | my\ work
        | neue\ (?:beiträge|artikel|folgen)
      | nouveaux\ (?:articles|épisodes) | nuev[oa]s\ (?:entradas|publicaciones|episodios|artículos)
      | nov[oa]s\ (?:posts|publicações|artigos|episódios) | nuovi\ (?:post|articoli|episodi)
      | nieuwe\ (?:berichten|artikelen|afleveringen) | now[ey]\w*\ (?:wpis|post|artyku|odcin)
        | нов\w+\ (?:пост|стат|выпуск|запис)
      | 邮件 | 郵件 | 通讯 | 通訊 | 频道 | 頻道 | 公众号 | 博客 | 文章 | ニュースレター | メール
        | チャンネル | 記事 | ブログ
      | 뉴스레터 | 이메일 | 채널 | 블로그 | 팟캐스트 | نشرت | البريد | قنات | مدون | بودكاست | ניוזלטר
        | מייל | ערוץ | בלוג | פודקאסט
      | न्यूज़लेटर | न्यूजलेटर | ईमेल | चैनल | ब्लॉग | पॉडकास्ट | จดหมายข่าว | อีเมล | ช่อง | บล็อก
        | พอดแคสต์""",
    re.IGNORECASE | re.VERBOSE,
)
READER = re.compile(  # the reader is spoken to, or the author speaks of what is theirs
    r"""\b(?: you | your | our | my | me | us | du | dein\w* | euch | mein\w* | unser\w* | mich | uns
        | (?-i: Sie | Ihr(?:e|en|em)? )
      | vous | votre | vos | notre | mon | mes | tu | tus | nuestr\w+ | mis | noss\w+ | você | seu | meu
        | minha | nostr\w+
      | mio | mia | je | jouw | uw | ons | onze | mijn | nasz\w* | mój | moj\w+
      | наш\w* | мой | моё | нас | меня | вы | вас | ваш\w* | тебе | ты )\b
      | 我 | 您 | 你 | 本 | 请 | 欢迎 | ください | 私 | 세요 | 저희 | 우리 | نا\b | שלך | לכם | שלנו | שלי
        | אותנו
      | हमारे | हमें | मेरे | करें | ของเรา | เรา""",
    re.IGNORECASE | re.VERBOSE,
)
ASKS = re.compile(  # how a plea begins
    r"""\W*(?: please | subscribe\b | abonnier | abonnez | abonneer | suscr[ií]b | inscreva | inscrivez
      | iscriv | (?: za )?subskrybuj | zapisz\b | подпиш | подписыв | sign\ up | join\b | like\b
      | share\b | follow\b
      | don['’]?t\ forget | if\ you | thanks | thank\ you | danke | merci | gracias | obrigad | grazie
      | bedankt | dzięk | спасибо | не\ забудь | vergiss\ nicht | n['’]oublie | no\ olvid
      | não\ (?:se\ )?esque | non\ dimentic | vergeet\ niet )""",
    re.IGNORECASE | re.VERBOSE,
)
SPONSOR = re.compile(
    r"""\W* (?: (?: ad | sponsor\w* | advertisement | werbung | anzeige | publicité | publicidad
        | publicidade | pubblicità
        | reclame | reklama | реклама | 广告 | 廣告 | 広告 | 광고 | إعلان | פרסומת | विज्ञापन | โฆษณา )
        \s* (?: [:：|–-] | (?: by | von | par | por | da | door | przez )\b )
      | .{0,30} (?: episode | issue | newsletter | post\b | show\b | podcast | edition | folge | ausgabe
        | beitrag | épisode
        | numéro | article | episodio | edición | entrada | episódio | edição | puntata | numero | articolo
          | aflevering
        | artikel | nummer | odcinek | wpis | выпуск | эпизод | 期 | 节目 | 回 | 記事 | 番組 | 에피소드
          | 방송 | 글은 | حلقة | النشرة
        | פרק | גיליון | एपिसोड | अंक | ตอน | รายการ ) .{0,40}
        (?: sponsor | sponsr | brought\ to\ you | präsentiert\ von | patrocin | offert[oa]\ da
          | aangeboden\ door
        | mogelijk\ gemaakt | partnerem | реклам | спонсор | поддержке | 赞助 | 贊助 | 提供 | スポンサー
          | 협찬 | 후원 | برعاية
        | בחסות | ממומן | प्रायोजित | สนับสนุนโดย ) )""",
    re.IGNORECASE | re.VERBOSE,
)
COOKIES = re.compile(r"cookie|クッキー|쿠키|ملفات تعريف|עוגיות|कुकी|คุกกี้", re.IGNORECASE)
SITE = re.compile(
    r"website|web site|this site|privacy|consent|browser|gdpr|datenschutz|\bsit[eio]\b|sitio|strona"
    r"|stroni|сайт"
    r"|网站|網站|サイト|웹사이트|موقع|אתר|वेबसाइट|เว็บไซต์",
    re.IGNORECASE,
)
