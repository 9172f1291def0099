"""Finds openings that take something to be told already, beside English: "Das Unternehmen", "L'accord".

English has finer rules (`bot.text.references`). Here are the commonest words for what news tell of, in the
languages with an article before the noun.
"""
# ruff: noqa: RUF001  (typographic apostrophes are what these patterns match)

from __future__ import annotations

import re

from bot.text.languages import stems

# Of each language: articles, words between, nouns, and what follows where it is said which one is meant.
_WORDS = {
    "de": (
        r"(?:Der|Die|Das|Dem|Den|Des)\ ",
        r"(?:[a-zäöüß]+e[nrsm]?\ ){0,2}",
        r"""Konzerns?|Unternehmens?|Firma|Hersteller|Betreiber|Anbieter|Verlag|Fluggesellschaft|Gruppe
        |Mann|Männer|Frau|Frauen|Paar|Duo|Täter|Opfer|Verdächtigen?|Politiker(?:in)?|Minister(?:in)?
        |Autor(?:in)?|Künstler(?:in)?|Forscher(?:innen)?|Abkommens?|Vereinbarung|Vertrag|Einigung|Entscheidung
        |Beschluss|Urteil|Pläne|Plan|Vorschlag|Verbots?|Maßnahmen?|Gesetz|Entwurf|Verordnung|Regelung|Regeln
        |Bericht|Studie|Vorfall|Angriff|Anschlag|Verkauf|Übernahme|Fusion|Projekts?|Programm|Vorhaben|Streik
        |Proteste?|Streit|Krise|Prozess|App|Gerät|Lücke|Liste""",
        r"""\ (?:von|vom|der|des|aus|über|um|zu|zum|zur|mit|für|gegen|zwischen|im?|ins?|am?|auf|bei|nach|unter
        |vor)\b|,\ (?:der|die|das|den|dem|dass|wonach)\b|\ [A-ZÄÖÜ]""",
    ),
    "fr": (
        r"(?:(?:Le|La|Les)\ |L[’'])",
        r"(?:(?:deux|trois|nouvel(?:le)?s?|nouveaux?|jeunes?)\ )?",
        r"""entreprises?|groupe|société|firme|constructeur|fabricant|opérateur|éditeur|compagnie|hommes?
        |femmes?|couple|duo|suspects?|victimes?|ministre|auteur|artiste|chercheurs|scientifiques|accord
        |décision|jugement|plan|projet|proposition|mesures?|loi|décret|règlement|règles|interdiction|rapport
        |étude|incident|attaque|attentat|vente|rachat|fusion|programme|grève|conflit|crise|procès
        |application|faille|liste""",
        r"\ (?:de|du|des|sur|entre|pour|contre|à|aux?|en|qui|que|dont|dans|visant)\b|\ d[’']|\ [A-ZÉÈ]",
    ),
    "es": (
        r"(?:El|La|Los|Las)\ ",
        r"(?:(?:dos|tres|nuev[oa]s?|joven)\ )?",
        r"""empresas?|grupo|compañía|firma|fabricante|operador|aerolínea|hombres?|mujer(?:es)?|pareja
        |sospechosos?|víctimas?|ministr[oa]|autora?|artista|investigadores|científicos|acuerdo|decisión
        |sentencia|fallo|plan|propuesta|medidas?|ley|decreto|norma|normas|prohibición|informe|estudio|incidente
        |ataque|venta|compra|fusión|proyecto|programa|huelga|protesta|conflicto|crisis|juicio|aplicación
        |lista""",
        r"\ (?:de|del|sobre|entre|para|contra|a|al|en|que|con|cuy[oa]s?)\b|\ [A-ZÁÉ]",
    ),
    "pt": (
        r"(?:O|A|Os|As)\ ",
        r"(?:(?:dois|duas|três|nov[oa]s?|jovem)\ )?",
        r"""empresas?|grupo|companhia|firma|fabricante|operadora?|homem|homens|mulher(?:es)?|casal|dupla
        |suspeitos?|vítimas?|ministr[oa]|autora?|artista|investigadores|cientistas|acordo|decisão|sentença
        |plano|proposta|medidas?|lei|decreto|norma|normas|proibição|relatório|estudo|incidente|ataque|venda
        |compra|fusão|proje[c]?to|programa|greve|protesto|conflito|crise|julgamento|aplicação|aplicativo|lista""",
        r"\ (?:d[eoa]s?|sobre|entre|para|contra|aos?|às?|n?[oa]s?|em|que|com|cuj[oa]s?)\b|\ [A-ZÁÉ]",
    ),
    "it": (
        r"(?:(?:Il|Lo|La|I|Gli|Le)\ |L[’'])",
        r"(?:(?:due|tre|nuov[oaie]|giovani?)\ )?",
        r"""aziend[ae]|società|gruppo|compagnia|impresa|ditta|produttore|uomo|uomini|donn[ae]|coppia
        |sospettat[oi]|vittim[ae]|ministr[oa]|autore|autrice|artista|ricercatori|scienziati|accordo|decisione
        |sentenza|piano|proposta|misur[ae]|legge|decreto|norm[ae]|divieto|rapporto|studio|incidente|attacco
        |vendita|acquisto|fusione|progetto|programma|sciopero|protesta|conflitto|crisi|processo|lista""",
        r"""\ (?:di|del|dell[aoe’']|dei|degli|su|sul|sull[ae]|tra|fra|per|contro|al?|all[ae]|in|che|con)\b
        |\ d[’']|\ [A-ZÀÈ]""",
    ),
    "nl": (
        r"(?:De|Het)\ ",
        r"(?:(?:twee|drie|nieuwe|jonge)\ )?",
        r"""bedrijf|bedrijven|concern|onderneming|fabrikant|mannen|man|vrouw(?:en)?|stel|duo|verdachten?
        |slachtoffers?|minister|auteur|onderzoekers|wetenschappers|akkoord|overeenkomst|besluit|beslissing
        |vonnis|uitspraak|plannen|plan|voorstel|maatregel(?:en)?|wet|regels|verbod|rapport|onderzoek|incident
        |aanval|verkoop|overname|fusie|project|programma|staking|protest|conflict|crisis|proces|lijst""",
        r"\ (?:van|over|tussen|voor|tegen|aan|op|in|om|met|uit|die|dat|tot)\b|\ [A-Z]",
    ),
}
_OPENING = {
    code: re.compile(rf"{article}{between}({nouns})\b(?!{said})", re.VERBOSE)
    for code, (article, between, nouns, said) in _WORDS.items()
}


def opening_takes(text: str, code: str) -> frozenset[str]:
    """Return the words that an opening such as "Das Unternehmen" takes to be known; empty for others.

    Empty also if the phrase identifies by itself which one is meant ("L'accord entre Lyon et Turin"), and in
    languages without a list.
    """
    pattern = _OPENING.get(code)
    match = pattern.match(text) if pattern else None
    return stems(match[1], code) if match else frozenset()
