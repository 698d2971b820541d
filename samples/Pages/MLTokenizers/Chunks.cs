#region readme-chunks-usings
#pragma warning disable SKEXP0050 // TextChunker is marked as experimental.
using Microsoft.SemanticKernel.Text;
using PeftSharp.MLTokenizers;
using PeftSharp.Tokenization;
#endregion

namespace Pages.MLTokenizers;

/// <summary>A library that counts tokens with a tokenizer of PeftSharp.</summary>
internal static class Chunks
{
    internal static void Run()
    {
        #region readme-chunks
        // A tokenizer. For your model, call AutoTokenizer.FromPretrained(folder) instead of these three lines.
        Directory.CreateDirectory("small-vocabulary");
        File.WriteAllLines("small-vocabulary/vocab.txt", ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "sentence", "is", "short", "."]);
        var tokenizer = BertTokenizer.FromPretrained("small-vocabulary");

        var text = string.Join("\n", Enumerable.Range(1, 20).Select(number => $"Sentence {number} is short."));
        Microsoft.ML.Tokenizers.Tokenizer counter = tokenizer.AsMLTokenizer();
        var lines = TextChunker.SplitPlainTextLines(text, maxTokensPerLine: 40, input => counter.CountTokens(input));
        var chunks = TextChunker.SplitPlainTextParagraphs(
            lines, maxTokensPerParagraph: 40, tokenCounter: input => counter.CountTokens(input));
        foreach (var chunk in chunks) Console.WriteLine($"{counter.CountTokens(chunk)} tokens: {chunk.ReplaceLineEndings(" ")}");
        #endregion
    }
}
