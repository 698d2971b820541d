#region readme-vocabulary-usings
using PeftSharp.Models;
using PeftSharp.Tokenization;
#endregion

namespace Pages.Chat;

/// <summary>A vocabulary that is learned from texts.</summary>
internal static class Vocabulary
{
    internal static void Run()
    {
        #region readme-vocabulary
        string[] texts = [.. Enumerable.Range(0, 50).SelectMany(i => new[] { $"the walker walked {i} miles", "walking is healthy" })];

        // A tokenizer with BERT's pipeline. BpeTrainer creates a tokenizer like GPT-2's, UnigramTrainer like SentencePiece's.
        var tokenizer = new WordPieceTrainer { VocabSize = 60 }.Train(texts);
        tokenizer.SavePretrained("my-vocabulary");
        Console.WriteLine(string.Join(' ', AutoTokenizer.FromPretrained("my-vocabulary").Tokenize("walked")));

        // The pipeline and the special tokens of an existing tokenizer, with a vocabulary for other texts.
        var other = tokenizer.TrainNewFromIterator(["une phrase courte", "une autre phrase"], vocabSize: 40);
        Console.WriteLine(string.Join(' ', other.Tokenize("une phrase")));
        #endregion
    }
}
