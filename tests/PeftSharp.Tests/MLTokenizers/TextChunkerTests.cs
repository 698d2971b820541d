using Microsoft.SemanticKernel.Text;
using PeftSharp.MLTokenizers;
using PeftSharp.Models;
using PeftSharp.Tests.Tokenization;

#pragma warning disable SKEXP0050 // TextChunker is marked as experimental.

namespace PeftSharp.Tests.MLTokenizers;

/// <summary>A library that counts tokens with Microsoft.ML.Tokenizers can count them with a tokenizer of PeftSharp.</summary>
public class TextChunkerTests
{
    [Theory, InlineData("tiny-bert"), InlineData("tiny-gpt2")]
    public void Semantic_Kernel_splits_a_long_text_into_chunks_of_at_most_the_requested_tokens(string name)
    {
        const int MaxTokens = 40;
        var tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require(name));
        var text = string.Join("\n",
            Enumerable.Range(0, 60).Select(i => $"Sentence {i} is about a movie, which was great. Another one; it follows: was it? Yes!"));

        Microsoft.ML.Tokenizers.Tokenizer counter = tokenizer.AsMLTokenizer();
        var lines = TextChunker.SplitPlainTextLines(text, maxTokensPerLine: MaxTokens, input => counter.CountTokens(input));
        var chunks = TextChunker.SplitPlainTextParagraphs(
            lines, maxTokensPerParagraph: MaxTokens, tokenCounter: input => counter.CountTokens(input));

        chunks.Should().HaveCountGreaterThan(10);
        lines.Concat(chunks)
            .Should().AllSatisfy(chunk => tokenizer.Encode(chunk, addSpecialTokens: false).Length.Should().BeInRange(1, MaxTokens));
        Assert.Equal(Letters(text), Letters(string.Concat(chunks)));
    }

    private static string Letters(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
}
