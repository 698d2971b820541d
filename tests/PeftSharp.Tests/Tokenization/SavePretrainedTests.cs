using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

public class SavePretrainedTests
{
    [SkippableTheory, InlineData("tiny-bert"), InlineData("tiny-gpt2"), InlineData("tiny-llama"), InlineData("tiny-llama3"),
        InlineData("tiny-clip")]
    public void A_saved_tokenizer_is_read_back_the_same(string name)
    {
        using var folder = new TemporaryFolder();
        var tokenizer = AutoTokenizer.FromPretrained(Vocabularies.Require(name));
        tokenizer.AddTokens([new AddedToken("<tool>") { Special = true, LStrip = true }, "plain"]);
        (tokenizer.PaddingSide, tokenizer.ModelMaxLength) = (PaddingSide.Left, 77);
        tokenizer.SavePretrained(folder.Path);
        var again = AutoTokenizer.FromPretrained(folder.Path);

        again.GetVocab().Should().Equal(tokenizer.GetVocab());
        again.AddedTokensDecoder.Should().Equal(tokenizer.AddedTokensDecoder);
        again.SpecialTokensMap.Should().Equal(tokenizer.SpecialTokensMap);
        Assert.Equal((PaddingSide.Left, 77), (again.PaddingSide, again.ModelMaxLength));
        foreach (var row in UnusualTextTests.Rows())
        {
            var text = row.GetProperty("text").GetString()!;
            again.Encode(text).Ids.Should().Equal(tokenizer.Encode(text).Ids);
            again.Encode(text).Offsets.Should().Equal(tokenizer.Encode(text).Offsets);
            Assert.Equal(tokenizer.Decode(tokenizer.Encode(text).Ids), again.Decode(again.Encode(text).Ids));
        }
    }

    [Fact]
    public void Settings_and_files_besides_the_vocabulary_are_kept()
    {
        using var folder = new TemporaryFolder();
        using var copy = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Vocabularies.Require("tiny-bert")))
            File.Copy(file, copy.File(Path.GetFileName(file)));
        File.WriteAllText(copy.File("tokenizer_config.json"),
            """{"tokenizer_class": "BertTokenizerFast", "do_lower_case": false, "truncation_side": "left", "my_note": [1, 2]}""");
        File.WriteAllText(copy.File("chat_template.jinja"), "{{ messages }}");
        var tokenizer = AutoTokenizer.FromPretrained(copy.Path);
        tokenizer.Encode("A").Tokens.Should().Equal("[CLS]", "[UNK]", "[SEP]");
        tokenizer.SavePretrained(folder.Path);
        File.ReadAllText(folder.File("tokenizer_config.json")).Should().Contain("my_note");
        Assert.Equal("{{ messages }}", File.ReadAllText(folder.File("chat_template.jinja")));
        var again = AutoTokenizer.FromPretrained(folder.Path);
        Assert.Equal(TruncationSide.Left, again.TruncationSide);
        again.Encode("A").Tokens.Should().Equal("[CLS]", "[UNK]", "[SEP]");
    }
}
