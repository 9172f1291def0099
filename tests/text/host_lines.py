# ruff: noqa: RUF001  (sentences in many scripts)
"""What five kinds of hosts add to posts, in sixteen languages; and a post of two sentences in each language.

The lines of WordPress are its own translations; those of the other hosts are what authors commonly write.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tongue:
    """A language: two sentences of a post, the line of WordPress around title and blog, and pleas."""

    title: str
    first: str
    second: str
    credit: str  # of WordPress; {t} and {b} are the links
    subscribe: str  # of a newsletter
    members: str  # of a blog with members
    sponsor: str
    privacy: str  # of a podcast host
    support: str  # of a podcast


TONGUES = {
    "en": Tongue(
        "Bridge Reopens",
        "The bridge over the Tay reopened on Monday after two years of repairs.",
        "Lorries have to wait until March.",
        "The post {t} appeared first on {b}.",
        "Thanks for reading! Subscribe for free to receive new posts and support my work.",
        "Sign up for our newsletter to get the best of our blog in your inbox.",
        "This episode is sponsored by Nordlys, the people who make maps.",
        "Hosted on Acast. See acast.com/privacy for more information.",
        "Support this podcast: https://anchor.fm/bridges/support",
    ),
    "de": Tongue(
        "Brücke wieder offen",
        "Die Brücke über die Elbe ist seit Montag nach zwei Jahren Bauzeit wieder offen.",
        "Lastwagen müssen bis März warten.",
        "Der Beitrag {t} erschien zuerst auf {b}.",
        "Danke fürs Lesen! Abonniere kostenlos, um neue Beiträge zu erhalten und mich zu unterstützen.",
        "Melden Sie sich für unseren Newsletter an, damit Sie keinen Artikel verpassen. Jetzt anmelden!",
        "Diese Folge wird präsentiert von Nordlys, den Leuten mit den Karten.",
        "Hosted on Acast. Weitere Informationen: acast.com/privacy",
        "Unterstütze unseren Podcast: https://steadyhq.com/bruecken",
    ),
    "fr": Tongue(
        "Le pont rouvre",
        "Le pont sur la Loire a rouvert lundi après deux ans de travaux.",
        "Les camions devront attendre le mois de mars.",
        "L’article {t} est apparu en premier sur {b}.",
        "Merci de votre lecture ! Abonnez-vous gratuitement pour recevoir les nouveaux articles.",
        "Inscrivez-vous à notre lettre d’information pour ne rien manquer. Abonnez-vous à notre blog.",
        "Cet épisode est sponsorisé par Nordlys, la maison des cartes.",
        "Hébergé par Acast. Visitez acast.com/privacy pour plus d’informations.",
        "Soutenez notre podcast : https://fr.tipeee.com/ponts",
    ),
    "es": Tongue(
        "El puente reabre",
        "El puente sobre el Ebro reabrió el lunes tras dos años de obras.",
        "Los camiones deberán esperar hasta marzo.",
        "La entrada {t} se publicó primero en {b}.",
        "¡Gracias por leer! Suscríbete gratis para recibir nuevas publicaciones y apoyar mi trabajo.",
        "Suscríbase a nuestro boletín y reciba las noticias en su correo.",
        "Este episodio está patrocinado por Nordlys, la casa de los mapas.",
        "Alojado en Acast. Consulte acast.com/privacy para más información.",
        "Apoya nuestro podcast en Patreon: https://www.patreon.com/puentes",
    ),
    "pt": Tongue(
        "A ponte reabre",
        "A ponte sobre o Douro reabriu na segunda-feira, após dois anos de obras.",
        "Os camiões terão de esperar até março.",
        "O post {t} apareceu primeiro em {b}.",
        "Obrigado por ler! Assine gratuitamente para receber novos posts e apoiar o meu trabalho.",
        "Inscreva-se na nossa newsletter e receba os artigos no seu e-mail.",
        "Este episódio é patrocinado pela Nordlys, a casa dos mapas.",
        "Hospedado em Acast. Visite acast.com/privacy para mais informações.",
        "Apoie o nosso podcast: https://apoia.se/support",
    ),
    "it": Tongue(
        "Il ponte riapre",
        "Il ponte sul Po ha riaperto lunedì dopo due anni di lavori.",
        "I camion dovranno aspettare fino a marzo.",
        "L'articolo {t} proviene da {b}.",
        "Grazie per aver letto! Iscriviti gratuitamente per ricevere i nuovi post e sostenere il mio lavoro.",
        "Iscrivetevi alla nostra newsletter per ricevere gli articoli via mail.",
        "Questo episodio è offerto da Nordlys, la casa delle mappe.",
        "Ospitato su Acast. Visita acast.com/privacy per maggiori informazioni.",
        "Sostieni il nostro podcast: https://ko-fi.com/ponti",
    ),
    "nl": Tongue(
        "Brug weer open",
        "De brug over de Maas is maandag na twee jaar werk weer geopend.",
        "Vrachtwagens moeten tot maart wachten.",
        "Het bericht {t} verscheen eerst op {b}.",
        "Bedankt voor het lezen! Abonneer je gratis om nieuwe berichten te ontvangen.",
        "Meld je aan voor onze nieuwsbrief en mis geen enkel bericht.",
        "Deze aflevering wordt mogelijk gemaakt door Nordlys, het huis van de kaarten.",
        "Gehost op Acast. Zie acast.com/privacy voor meer informatie.",
        "Steun onze podcast: https://petje.af/support",
    ),
    "pl": Tongue(
        "Most znów otwarty",
        "Most na Wiśle otwarto w poniedziałek po dwóch latach remontu.",
        "Ciężarówki muszą poczekać do marca.",
        "Artykuł {t} pochodzi z serwisu {b}.",
        "Dziękuję za lekturę! Zasubskrybuj za darmo, aby otrzymywać nowe wpisy.",
        "Zapisz się do naszego newslettera i nie przegap żadnego tekstu.",
        "Ten odcinek jest sponsorowany przez Nordlys, dom map.",
        "Hosting: Acast. Zobacz acast.com/privacy, aby dowiedzieć się więcej.",
        "Wspieraj nasz podcast: https://patronite.pl/support",
    ),
    "ru": Tongue(
        "Мост снова открыт",
        "Мост через Волгу открыли в понедельник после двух лет ремонта.",
        "Грузовикам придётся ждать до марта.",
        "Сообщение {t} появились сначала на {b}.",
        "Спасибо, что читаете! Подпишитесь бесплатно, чтобы получать новые статьи.",
        "Подпишитесь на нашу рассылку, чтобы не пропустить новости.",
        "Этот выпуск создан при поддержке компании «Нордлис», дома карт.",
        "Хостинг: Acast. Подробнее: acast.com/privacy",
        "Поддержите наш подкаст: https://boosty.to/donate",
    ),
    "zh": Tongue(
        "大桥重新开放",
        "长江上的大桥经过两年维修，星期一重新开放通车。",
        "卡车必须等到三月。",
        "{t}最先出现在{b}。",
        "感谢您的阅读！欢迎免费订阅，接收新文章。",
        "请订阅我们的邮件通讯，不错过任何文章。",
        "本期节目由北光地图赞助播出。",
        "由 Acast 托管。详情请见 acast.com/privacy",
        "支持我们的播客：https://afdian.com/support",
    ),
    "ja": Tongue(
        "橋が再開通",
        "利根川の橋が二年の工事を終えて月曜日に再び開通した。",
        "トラックは三月まで待たなければならない。",
        "投稿 {t} は {b} に最初に表示されました。",
        "お読みいただきありがとうございます。無料で登録して、新しい記事を受け取ってください。",
        "ぜひ私たちのニュースレターに登録してください。",
        "今回のエピソードは、地図のノルリスの提供でお送りします。",
        "Acast でホストされています。詳細は acast.com/privacy をご覧ください。",
        "番組を応援する：https://www.patreon.com/hashi",
    ),
    "ko": Tongue(
        "다리 다시 열려",
        "한강의 다리가 2년 동안의 공사를 마치고 월요일에 다시 열렸다.",
        "화물차는 3월까지 기다려야 한다.",
        "게시물 {t}이 {b}에 처음 등장했습니다.",
        "읽어 주셔서 감사합니다. 무료로 구독하고 새 글을 이메일로 받아 보세요.",
        "저희 뉴스레터를 구독하고 새 글을 받아 보세요.",
        "이번 에피소드는 지도 회사 노를리스의 협찬으로 제작되었습니다.",
        "Acast에서 호스팅됩니다. 자세한 내용은 acast.com/privacy 를 참조하세요.",
        "팟캐스트 후원하기: https://www.patreon.com/dari",
    ),
    "ar": Tongue(
        "الجسر يفتح من جديد",
        "أعيد فتح الجسر فوق النيل يوم الاثنين بعد سنتين من أعمال الصيانة.",
        "وعلى الشاحنات أن تنتظر حتى شهر مارس.",
        "ظهرت المقالة {t} أولاً على {b}.",
        "شكرا للقراءة! اشترك مجانا لتصلك مقالات مدونتنا الجديدة.",
        "اشترك في نشرتنا البريدية حتى لا يفوتك شيء.",
        "هذه الحلقة برعاية نورليس، بيت الخرائط.",
        "مستضاف على Acast. لمزيد من المعلومات: acast.com/privacy",
        "ادعم البودكاست: https://www.patreon.com/jisr",
    ),
    "he": Tongue(
        "הגשר נפתח שוב",
        "הגשר מעל הירקון נפתח מחדש ביום שני אחרי שנתיים של עבודות.",
        "משאיות ייאלצו לחכות עד מרץ.",
        "הפוסט {t} הופיע לראשונה ב-{b}.",
        "תודה שקראתם! הירשמו בחינם לבלוג שלנו כדי לקבל פוסטים חדשים.",
        "הירשמו לניוזלטר שלנו כדי לא לפספס דבר.",
        "הפרק הזה בחסות נורליס, בית המפות.",
        "מתארח ב-Acast. למידע נוסף: acast.com/privacy",
        "תמכו בפודקאסט שלנו: https://www.patreon.com/gesher",
    ),
    "hi": Tongue(
        "पुल फिर खुला",
        "गंगा पर बना पुल दो साल की मरम्मत के बाद सोमवार को फिर खुल गया।",
        "ट्रकों को मार्च तक रुकना होगा।",
        "{t} सबसे पहले {b} पर दिखाई दिया।",
        "पढ़ने के लिए धन्यवाद! हमारे ब्लॉग को मुफ़्त सब्सक्राइब करें और नए लेख पाएं।",
        "हमारे न्यूज़लेटर को सब्सक्राइब करें।",
        "यह एपिसोड नॉर्लिस द्वारा प्रायोजित है।",
        "Acast पर होस्ट किया गया। अधिक जानकारी: acast.com/privacy",
        "हमारे पॉडकास्ट का सहयोग करें: https://www.patreon.com/pul",
    ),
    "th": Tongue(
        "สะพานเปิดอีกครั้ง",
        "สะพานข้ามแม่น้ำเจ้าพระยาเปิดใช้อีกครั้งเมื่อวันจันทร์ หลังซ่อมแซมนานสองปี",
        "รถบรรทุกต้องรอจนถึงเดือนมีนาคมจึงจะใช้สะพานได้",
        "{t} ปรากฏครั้งแรกบน {b}",
        "ขอบคุณที่อ่าน สมัครรับบทความใหม่ของเราทางอีเมลได้ฟรี",
        "สมัครรับจดหมายข่าวของเราเพื่อไม่พลาดบทความใหม่",
        "ตอนนี้ได้รับการสนับสนุนโดย นอร์ลิส บ้านแห่งแผนที่",
        "โฮสต์บน Acast ดูข้อมูลเพิ่มเติมที่ acast.com/privacy",
        "สนับสนุนพอดแคสต์ของเรา: https://www.patreon.com/saphan",
    ),
}


def posts(tongue: Tongue) -> dict[str, str]:
    """Return the post of a language as each kind of host prints it, by host."""
    title = f'<a href="https://b.example/2026/bridge/">{tongue.title}</a>'
    blog = '<a href="https://b.example/">Bridges</a>'
    prose = f"<p>{tongue.first}</p><p>{tongue.second}</p>"
    plea = f'<p>{tongue.subscribe} <a href="https://b.example/subscribe">→</a></p>'
    return {
        "wordpress": f"{prose}<p>{tongue.credit.format(t=title, b=blog)}</p>",
        "medium": f"<p>{tongue.first}</p><p>{tongue.second}</p><p>{tongue.subscribe}</p><hr><p>{title} was "
        f"originally published in {blog} on Medium, where people are continuing the conversation by "
        "highlighting and responding to this story.</p>",
        "substack": '<div class="subscription-widget-wrap-editor"><div class="subscription-widget"><p '
        f'class="cta-caption">{tongue.subscribe}</p></div></div><p>{tongue.members}</p>{prose}<p>'
        f'{tongue.subscribe}</p><p class="button-wrapper"><a href="/s">{tongue.members}</a></p>',
        "ghost": f'<p>{tongue.sponsor}</p>{prose}<div class="kg-card kg-signup-card">{tongue.members}</div>'
        f"<hr><p>{tongue.members}</p>",
        "podcast": f"<p>{tongue.sponsor}</p>{prose}{plea}<p>{tongue.support}</p><p>---</p>"
        f"<p>{tongue.privacy}</p>",
    }
