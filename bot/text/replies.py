"""What is said to turns of a conversation that are no question, by language."""

from __future__ import annotations

REPLIES: dict[str, dict[str, str]] = {
    "greeting": {
        "en": "Hello. Ask a question, and I will answer from your documents.",
        "de": "Hallo. Stellen Sie eine Frage, ich antworte aus Ihren Dokumenten.",
        "fr": "Bonjour. Posez une question, je réponds à partir de vos documents.",
        "es": "Hola. Haga una pregunta y responderé con sus documentos.",
        "ja": "こんにちは。ご質問をどうぞ。文書の中からお答えします。",
    },
    "thanks": {
        "en": "You're welcome.",
        "de": "Gern geschehen.",
        "fr": "Je vous en prie.",
        "es": "De nada.",
        "ja": "どういたしまして。",
    },
    "farewell": {
        "en": "Goodbye.",
        "de": "Auf Wiedersehen.",
        "fr": "Au revoir.",
        "es": "Adiós.",
        "ja": "さようなら。",
    },
    "yes": {
        "en": "Good. What else would you like to know?",
        "de": "Gut. Was möchten Sie noch wissen?",
        "fr": "Bien. Que voulez-vous savoir d'autre ?",
        "es": "Bien. ¿Qué más quiere saber?",
        "ja": "わかりました。ほかに知りたいことはありますか。",
    },
    "no": {
        "en": "Then ask in other words, or name the document that should hold the answer.",
        "de": "Dann fragen Sie mit anderen Worten oder nennen Sie das Dokument, das die Antwort enthält.",
        "fr": "Alors reformulez la question, ou nommez le document qui devrait y répondre.",
        "es": "Entonces pregunte con otras palabras o nombre el documento que debería tener la respuesta.",
        "ja": "では、別の言い方で質問するか、答えがあるはずの文書の名前を教えてください。",
    },
    "nothing": {
        "en": "There are no words in that. Ask a question, and I will answer from your documents.",
        "de": "Darin stehen keine Wörter. Stellen Sie eine Frage, ich antworte aus Ihren Dokumenten.",
        "fr": "Il n'y a pas de mots. Posez une question, je réponds à partir de vos documents.",
        "es": "No hay palabras. Haga una pregunta y responderé con sus documentos.",
        "ja": "言葉がありません。ご質問をどうぞ。文書の中からお答えします。",
    },
    "why": {
        "en": "Why what? Ask the whole question.",
        "de": "Warum was? Bitte stellen Sie die ganze Frage.",
        "fr": "Pourquoi quoi ? Posez la question entière.",
        "es": "¿Por qué qué? Haga la pregunta completa.",
        "ja": "何についてでしょうか。質問全体を書いてください。",
    },
    "no-language": {
        "en": "I quote the documents in their own words, so I cannot translate. With a chat model "
        "(`--model`), answers come in the language that you ask for.",
        "de": "Ich zitiere die Dokumente im Wortlaut und kann nicht übersetzen. Mit einem Chatmodell "
        "(`--model`) kommen Antworten in der gewünschten Sprache.",
        "fr": "Je cite les documents mot pour mot et ne peux donc pas traduire. Avec un modèle de chat "
        "(`--model`), les réponses viennent dans la langue demandée.",
        "es": "Cito los documentos palabra por palabra, así que no puedo traducir. Con un modelo de chat "
        "(`--model`), las respuestas llegan en el idioma que pida.",
        "ja": "文書をそのまま引用するため、翻訳はできません。チャットモデル（`--model`）を使うと、"
        "希望の言語で答えられます。",
    },
}
