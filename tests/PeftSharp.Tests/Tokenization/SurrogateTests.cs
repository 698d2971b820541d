using System.Text;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>Unpaired surrogates, which are not characters, are read as U+FFFD in texts, and refused in tokens and files.</summary>
public sealed class SurrogateTests : IDisposable
{
    private static readonly string[] _texts =
        ["\uD83D", "\uDE00", "a\uD83D", "\uDE00b", "the \uD83D movie \uDE00\uD83D", "\uDE00\uD83D\uDE00\uD83D", "\uD83D\uD83D\uDE00x"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("tiny-bert"), InlineData("tiny-gpt2"), InlineData("tiny-llama"), InlineData("tiny-llama3"), InlineData("tiny-t5")]
    [InlineData("tiny-xlmr"), InlineData("tiny-deberta"), InlineData("tiny-clip"), InlineData("tiny-gemma"), InlineData("tiny-qwen")]
    public void A_text_has_the_tokens_and_places_of_the_text_with_replacement_characters(string name)
    {
        var tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require(name));
        foreach (var text in _texts)
        {
            var replaced = Replaced(text);
            replaced.Length.Should().Be(text.Length);
            var (encoding, expected) = (tokenizer.Encode(text), tokenizer.Encode(replaced));
            encoding.Ids.Should().Equal(expected.Ids);
            encoding.Offsets.Should().Equal(expected.Offsets);
            encoding.CodePointOffsets.Should().Equal(expected.CodePointOffsets);
            encoding.WordIds.Should().Equal(expected.WordIds);
            Assert.Equal(tokenizer.Decode(expected.Ids), tokenizer.Decode(encoding.Ids));
            var decoded = tokenizer.Decode(encoding.Ids);
            Assert.Equal(Replaced(decoded), decoded);                                        // no unpaired surrogates
            tokenizer.EncodeWords([text], [text]).Ids.Should().Equal(tokenizer.EncodeWords([replaced], [replaced]).Ids);
        }
    }

    [Fact]
    public void A_vocabulary_is_learned_as_from_texts_with_replacement_characters_and_can_be_saved()
    {
        string[] texts = [.. _texts, .. Enumerable.Repeat("the movie\uD83D was great", 20)];
        TokenizerTrainer[] trainers =
        [
            new BpeTrainer { VocabSize = 300 }, new WordPieceTrainer { VocabSize = 60 }, new UnigramTrainer { VocabSize = 40 },
            new WordLevelTrainer { VocabSize = 20 },
        ];
        foreach (var trainer in trainers)
        {
            var tokenizer = trainer.Train(texts);
            tokenizer.GetVocab().OrderBy(token => token.Value)
                .Should().Equal(trainer.Train(texts.Select(Replaced)).GetVocab().OrderBy(token => token.Value));
            tokenizer.SavePretrained(_folder.Path);
            AutoTokenizer.FromPretrained(_folder.Path).Encode("movie\uD83D").Ids.Should().Equal(tokenizer.Encode("movie\uFFFD").Ids);
        }
    }

    [Fact]
    public void An_added_token_with_one_is_refused()
    {
        var tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require("tiny-gpt2"));
        foreach (var token in new[] { "<\uD83D>", "\uDE00", "🙂\uD83D" })
            FluentActions.Invoking(() => tokenizer.AddTokens([new(token)])).Should().ThrowExactly<TokenizerException>()
                .Which.Message.Should().Contain("unpaired surrogate");
        tokenizer.AddTokens([new("🙂")]).Should().Be(1);
        Assert.Equal(["🙂"], tokenizer.Encode("🙂").Tokens);
    }

    [Theory]
    [InlineData("vocab.json", """{"\ud83d": 0}"""), InlineData("vocab.json", """{"a": 0, "b\uDE00": 1}""")]
    [InlineData("tokenizer.json", """{"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "\ud83d"}}""")]
    [InlineData("tokenizer.json",
        """{"added_tokens": [{"id": 1, "content": "\uD83D"}], "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}""")]
    [InlineData("tokenizer_config.json", """{"tokenizer_class": "GPT2Tokenizer", "pad_token": "\ud83d"}""")]
    public void A_file_with_one_is_refused_by_name(string file, string content)
    {
        foreach (var path in Directory.GetFiles(Vocabularies.Require("tiny-gpt2")))
            File.Copy(path, _folder.File(Path.GetFileName(path)));
        File.WriteAllText(_folder.File(file), content);
        FluentActions.Invoking(() => AutoTokenizer.FromPretrained(_folder.Path)).Should().ThrowExactly<TokenizerException>()
            .Which.Message.Should().Contain("unpaired surrogate");
    }

    [Theory, InlineData("vocab.json"), InlineData("merges.txt"), InlineData("vocab.txt"), InlineData("tokenizer.json"),
        InlineData("tokenizer_config.json"), InlineData("chat_template.jinja")]
    public void A_file_that_is_not_UTF_8_is_refused_by_name(string file)
    {
        foreach (var path in Directory.GetFiles(Vocabularies.Require(file == "vocab.txt" ? "tiny-bert" : "tiny-gpt2")))
            File.Copy(path, _folder.File(Path.GetFileName(path)));
        File.WriteAllBytes(_folder.File(file), [.. Encoding.UTF8.GetBytes("{\"a"), 0xE9, .. Encoding.UTF8.GetBytes("\": 1}")]);
        FluentActions.Invoking(() => AutoTokenizer.FromPretrained(_folder.Path)).Should().ThrowExactly<TokenizerException>()
            .Which.Message.Should().Contain(file).And.Contain("UTF-8");
    }

    private static string Replaced(string text) => string.Concat(text.EnumerateRunes());
}
