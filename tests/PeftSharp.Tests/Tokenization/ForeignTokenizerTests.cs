using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Tokenization;

/// <summary>
/// Tokenizer folders as other programs write them; what is expected was recorded from transformers 5.23 on the same files.
/// </summary>
public sealed class ForeignTokenizerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Copy(string name)
    {
        foreach (var file in Directory.EnumerateFiles(Vocabularies.Require(name))) File.Copy(file, _folder.File(Path.GetFileName(file)));
    }

    private void Change(string file, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(_folder.File(file)))!.AsObject();
        change(json);
        File.WriteAllText(_folder.File(file), json.ToJsonString());
    }

    private Tokenizer Load() => AutoTokenizer.FromPretrained(_folder.Path);

    /// <summary>The fixture as one tokenizer.json, as a tokenizer of no class of its own.</summary>
    private void AsTokenizerJson(string name)
    {
        Copy(name);
        var tokenizer = Load();
        foreach (var file in Directory.EnumerateFiles(_folder.Path)) File.Delete(file);
        tokenizer.SavePretrained(_folder.Path);
    }

    [SkippableFact]
    public void A_tokenizer_without_a_class_gives_no_token_types_unless_its_files_ask_for_them()
    {
        AsTokenizerJson("tiny-gpt2");
        Change("tokenizer_config.json", json => { json["tokenizer_class"] = "PreTrainedTokenizerFast"; json.Remove("model_input_names"); });
        Load().ModelInputNames.Should().Equal("input_ids", "attention_mask");
        Change("tokenizer_config.json", json => json["model_input_names"] = new JsonArray("input_ids", "token_type_ids", "attention_mask"));
        Load().ModelInputNames.Should().Equal("input_ids", "token_type_ids", "attention_mask");
    }

    [SkippableTheory]
    [InlineData("\n")]
    [InlineData("\n\n")]
    public void Blank_lines_at_the_end_of_the_merges_are_passed_over(string end)
    {
        Copy("tiny-gpt2");
        var expected = Load().Encode("the cat is in the house").Ids;
        File.AppendAllText(_folder.File("merges.txt"), end);
        Load().Encode("the cat is in the house").Ids.Should().Equal(expected);
        File.AppendAllText(_folder.File("merges.txt"), "t h\n");
        FluentActions.Invoking(Load).Should().ThrowExactly<TokenizerException>();                         // in the middle it is a fault
    }

    [SkippableFact]
    public void The_padding_block_names_the_padding_token_and_the_sides_where_the_configuration_is_silent()
    {
        AsTokenizerJson("tiny-gpt2");
        Change("tokenizer_config.json",
            json => { json["tokenizer_class"] = "PreTrainedTokenizerFast"; json.Remove("padding_side"); json.Remove("truncation_side"); });
        Change("tokenizer.json", json =>
        {
            json["padding"] = JsonNode.Parse("""
                {"strategy": "BatchLongest", "direction": "Left", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0,
                "pad_token": "<|endoftext|>"}
                """);
            json["truncation"] = JsonNode.Parse("""{"direction": "Left", "max_length": 8, "strategy": "LongestFirst", "stride": 0}""");
        });
        var tokenizer = Load();
        Assert.Equal(("<|endoftext|>", PaddingSide.Left, TruncationSide.Left),
            (tokenizer.PadToken, tokenizer.PaddingSide, tokenizer.TruncationSide));
        Change("tokenizer_config.json",
            json => { json["padding_side"] = "right"; json["truncation_side"] = "right"; json["pad_token"] = "t"; });
        tokenizer = Load();
        Assert.Equal(("t", PaddingSide.Right, TruncationSide.Right), (tokenizer.PadToken, tokenizer.PaddingSide, tokenizer.TruncationSide));
        Change("tokenizer_config.json", json => { json["tokenizer_class"] = "GPT2Tokenizer"; json.Remove("pad_token"); });
        Assert.Null(Load().PadToken);                                    // this class has none unless its configuration names it
    }

    [SkippableFact]
    public void An_end_token_is_added_where_the_configuration_says_so()
    {
        Copy("tiny-gpt2");
        var plain = Load().Encode("the cat", "is in").Ids;
        var one = Load().Encode("the cat").Ids;
        Change("tokenizer_config.json", json => json["add_eos_token"] = true);
        var end = Load().EosTokenId!.Value;
        Load().Encode("the cat").Ids.Should().Equal([.. one, end]);
        Load().Encode("the cat", "is in").Ids.Should().Equal([.. plain[..one.Length], end, .. plain[one.Length..], end]);
    }

    [SkippableFact]
    public void NaN_in_the_configuration_is_read_and_written_and_split_special_tokens_is_refused()
    {
        Copy("tiny-bert");
        var text = File.ReadAllText(_folder.File("tokenizer_config.json")).TrimEnd().TrimEnd('}');
        File.WriteAllText(_folder.File("tokenizer_config.json"), text + ", \"foo\": NaN}");
        Load().SavePretrained(_folder.File("again"));
        File.WriteAllText(_folder.File("tokenizer_config.json"), text + ", \"split_special_tokens\": true}");
        FluentActions.Invoking(Load).Should().ThrowExactly<TokenizerException>().Which.Message.Should().Contain("split_special_tokens");
    }

    [SkippableFact]
    public void The_blank_before_a_text_is_decided_by_the_configuration_and_survives_saving()
    {
        Copy("tiny-gpt2");
        var expected = Gpt2Tokenizer.FromPretrained(_folder.Path, addPrefixSpace: true).Encode("the cat").Ids;
        Load().Encode("the cat").Ids.Should().NotEqual(expected);
        Gpt2Tokenizer.FromPretrained(_folder.Path, addPrefixSpace: true).SavePretrained(_folder.File("saved"));
        AutoTokenizer.FromPretrained(_folder.File("saved")).Encode("the cat").Ids.Should().Equal(expected);
        AsTokenizerJsonIn("other");
        Change(Path.Combine("other", "tokenizer_config.json"), json => json["add_prefix_space"] = true);
        AutoTokenizer.FromPretrained(_folder.File("other")).Encode("the cat").Ids.Should().Equal(expected);
    }

    private void AsTokenizerJsonIn(string folder) => Load().SavePretrained(_folder.File(folder));

    [SkippableFact]
    public void Parts_that_tokenizer_json_leaves_out_are_those_of_the_class()
    {
        AsTokenizerJson("tiny-bert");
        var expected = Load().Encode("The cat's Café!").Ids;
        Change("tokenizer.json", json => json["normalizer"] = json["pre_tokenizer"] = json["post_processor"] = json["decoder"] = null);
        var tokenizer = Load();
        tokenizer.Encode("The cat's Café!").Ids.Should().Equal(expected);
        tokenizer.Decode(expected).Should().NotContain("##");
    }
}
