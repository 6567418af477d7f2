"""Words that carry no content of a question, in English and in other languages.

The lists of other languages hold what questions are made of (articles, prepositions, forms of "to be", and above
all question words), not everything that is frequent: how much a word tells is measured by how rare it is.
"""

from __future__ import annotations

ENGLISH = frozenset(
    """a an the this that these those there here it its he him his she her hers they them their theirs we us our
    ours you your yours i me my mine myself itself themselves himself herself who whom whose which what when where
    why how and or but nor so if then than as at by for from in into of off on onto out over to up with without
    about above after again against all am any are is be because been before being below between both can could did do
    does doing down during each few further had has have having just more most no not now once only other own same
    should some such through too under until very was were will would shall may might must ought upon while also
    cannot dont didnt doesnt isnt arent wasnt werent wont tell explain describe give please according mentioned
    say says said know find show list name many much long often did s t d ll m re ve""".split()
)
"""Compared after folding and before stemming."""

ASKING = frozenset(
    """mention mentions mentioning discuss discusses discussed describes described explains explained talk talks talked
    compare summarise summarize get gets got getting""".split()
)
"""What is asked of documents in English and says nothing in them. Some are words of other languages too."""

LATIN = frozenset(
    """der die das den dem des ein eine einen einem einer eines und oder aber im in am an auf aus bei beim bis durch für
    gegen mit nach ohne über um unter von vom vor zu zum zur zwischen während wer wen wem wessen was wo wann warum
    wieso wie welche welcher welches welchen welchem woher wohin wodurch womit ist sind war waren wird werden wurde
    wurden hat haben hatte hatten sein kann können konnte es er sie ihr ihre ihrer ihren ihrem seine seiner seinen
    seinem sich nicht auch als dass diese dieser dieses diesen viele viel gibt gab man
    el la los las un una unos unas y o de del al a en con por para sin sobre entre hasta desde que quién quiénes cuál
    cuáles cuándo cuánto cuántos cuánta cuántas dónde cómo es son era eran fue fueron ser ha han había hay está están
    se su sus lo le les no más este esta estos estas
    le une des du au aux et ou dans sur sous avec pour par sans vers chez qui quoi quel quelle quels quelles quand
    combien comment pourquoi est sont était étaient fut furent être été ont avait il elle ils elles ce cet cette ces
    sa ses leur leurs ne pas plus dont
    gli uno e ed di della dello dei degli delle nel nella nei negli dal dalla dai sul sulla tra fra chi che cosa quale
    quali quando quanto quanti quanta quante dove come perché sono stato stata stati essere hanno si suo sua suoi sue
    loro questo questa non più anche
    os as uma da dos das na nos nas pelo pela ao em com quem qual quais onde quantos quantas porque foi foram são
    estava ele ela eles elas seu sua seus suas isso não mais
    het een van op uit bij met voor tegen naar door wie wat waar wanneer waarom hoe welk welke hoeveel zijn waren werd
    werden heeft hebben had ze hun haar deze dit niet ook dat
    unei unui ai ale lui și sau dar din pe cu pentru prin despre între până care ce cine cui când cât câți cât câte
    câtă unde cum sunt erau fost avea are fi să nu ca își săi săi lor lui ei ea acest această aceste acestei
    ve veya ya için bir bu şu ne neyi neye neler nedir kim kimi kime kimin kimler nerede nereye nereden hangi hangisi
    hangileri kaç nasıl neden niçin ki mi mı mu mü olan olarak oldu olduğu kadar gibi daha çok önce göre ise idi
    tarafından zaman neydi kimdi kimdir nerededir nelerdir kaçtır nasıldır
    là của và các những một trong cho với được có không đã này khi ai gì nào đâu bao nhiêu tại vì ở từ đến bởi
    theo về trên ra vào người cái
    jest są był była było były i oraz w z ze od po przez przy kto co kiedy gdzie dlaczego jak jaki jaka jakie który
    która które ile nie się tego
    och att det som ett av till på med hur när var vem vad vilken vilket vilka hogyan mikor hol miért melyik mennyi
    hány egy az kdy kde proč který která které kolik je jsou mikä missä milloin miksi kuka miten kuinka mitkä
    oli""".split()
)
"""Other languages in Latin letters: German, Spanish, French, Italian, Portuguese, Dutch, Romanian, Turkish,
Vietnamese, Polish; of Swedish, Hungarian, Czech and Finnish little more than what asks. Not folded."""

OTHER_SCRIPTS = frozenset(
    """и или но а в во на с со к ко по за из от до для о об при над под без через между что кто кого кому кем чем чего
    где когда как какой какая какое какие каким какую какого каком каких сколько почему откуда куда который которая
    которое которые которого которой которых чей чья это этот эта эти этого был была было были есть быть не он она они
    его ее их у же ли бы также так то том який яка яке які хто коли де чому скільки що як та і з це є був була були
    ο η το οι τα τον την του της των τους τις ένα ένας μια και αλλά σε στο στη στην στον στα στους στις από με για ως
    προς κατά μετά μέχρι χωρίς που πότε πώς πόσο πόσοι πόσες πόσα ποιος ποια ποιο ποιοι ποιες ποιον ποιου ποιας τι
    γιατί είναι ήταν έχει έχουν είχε είχαν να θα δεν αυτό αυτή αυτός αυτά ότι όταν
    في من إلى على عن مع هو هي هم ما ماذا متى أين كيف كم لماذا أي أية الذي التي الذين هذا هذه ذلك تلك كان كانت يكون
    تكون أن إن لا لم لن قد و أو ثم بين بعد قبل عند كل بعض هل به بها له لها فيه فيها
    का के की को में से पर और या ने है हैं था थी थे हो होता होती होते कि यह वह ये वे इस उस इन उन एक कौन कौनसा
    कौनसी किस किसने किसे किसके किसको किसकी क्या कब कहाँ कहां कैसे कितने कितना कितनी क्यों जो तो भी ही नहीं लिए
    द्वारा साथ गया गई गए किया करने करता रहा रही
    מי מה מתי איפה היכן איך למה מדוע כמה איזה איזו אילו של את על אל עם הוא היא הם הן זה זו אשר היה הייתה היו לא או
    גם כי אם בין""".split()
)
"""Russian, Ukrainian, Greek, Arabic, Hindi and Hebrew. Not folded."""
