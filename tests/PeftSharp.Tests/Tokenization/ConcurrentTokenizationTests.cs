using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>
/// One tokenizer on several threads gives each its own tokens, although all of them share the words that were seen before.
/// </summary>
public sealed class ConcurrentTokenizationTests
{
    private const int Requests = 400;

    [Theory]
    [InlineData("tiny-gpt2")]
    [InlineData("tiny-bert")]
    public void Texts_on_several_threads_get_the_tokens_that_they_get_alone(string name)
    {
        var folder = ReferenceRoot.Tokenizers(name);
        var (own, shared) = (AutoTokenizer.FromPretrained(folder), AutoTokenizer.FromPretrained(folder));
        var alone = Enumerable.Range(0, Requests).Select(i => Ask(own, i)).ToArray();
        var together = new string[Requests];
        Parallel.For(0, Requests, i => together[i] = Ask(shared, i));
        together.Should().Equal(alone);
    }

    private static string Ask(Tokenizer tokenizer, int i)
    {
        var text = $"Request {i % 37} writes {new string((char)('a' + i % 26), 1 + i % 5)}ing words, some 🙂 naïve, number {i * 7919}.";
        var encoding = tokenizer.Encode(text, "and a pair", truncation: TruncationStrategy.OnlyFirst, maxLength: 24);
        var stream = tokenizer.CreateDecodeStream();
        return $"{string.Join(' ', encoding.Ids)} / {string.Join(' ', encoding.Offsets)} / {tokenizer.Decode(encoding.Ids)} / "
            + $"{string.Concat(encoding.Ids.Select(id => stream.Step([id])))}{stream.Flush()}";
    }
}
