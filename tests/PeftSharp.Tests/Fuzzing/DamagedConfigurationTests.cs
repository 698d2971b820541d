using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Mistral;
using PeftSharp.Prediction;
using PeftSharp.Tuners;
using PeftSharp.Vision;

namespace PeftSharp.Tests.Fuzzing;

/// <summary>Kinds of damage in configuration files that mutated files found: each is named with its file and field.</summary>
public sealed class DamagedConfigurationTests : IDisposable
{
    private static readonly string _deep = string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(file))!);
        File.WriteAllText(_folder.File(file), text.Replace("DEEP", _deep, StringComparison.Ordinal));
        return _folder.File(file);
    }

    private void CopyModel(string name, Func<string, string> change)
    {
        foreach (var path in Directory.GetFiles(ReferenceRoot.Require("models", name)))
            File.Copy(path, _folder.File(Path.GetFileName(path)), overwrite: true);
        Write("config.json", change(File.ReadAllText(_folder.File("config.json"))));
    }

    private static string Refused<TError>(Action read) where TError : Exception =>
        FluentActions.Invoking(read).Should().ThrowExactly<TError>().Which.Message;

    [Theory]
    [InlineData("\"hidden_size\": NaN", "'hidden_size' is NaN; an integer is expected")]
    [InlineData("\"hidden_size\": DEEP", "'hidden_size' is [[[")]
    [InlineData("\"num_labels\": -Infinity", "The value is -Infinity")]
    [InlineData("\"num_labels\": 2147483647", "The value is 2147483647; an integer from 0 to 1048576 is expected")]
    [InlineData("\"id2label\": DEEP", "The value is [[[")]
    [InlineData(
        "\"architectures\": [\"BertModel\", null]", "'architectures' is [\"BertModel\", null]; a value that contains no null is expected")]
    [InlineData("\"hidden_act\": null", "'hidden_act' is null; a value is expected")]
    public void A_value_of_a_model_that_cannot_be_used_is_named(string field, string message)
    {
        var path = Write("config.json", "{\"model_type\": \"bert\", " + field + "}");
        Refused<CheckpointException>(() => AutoConfig.FromPretrained(_folder.Path)).Should().ContainAll(path, message);
    }

    [Theory]
    [InlineData("-5, 1099511627776", "'eos_token_id[1]' is 1099511627776")]
    [InlineData("1, null", "'eos_token_id' is [1, null]")]
    [InlineData("1, \"2\"", "'eos_token_id[1]' is \"2\"")]
    [InlineData("[1]", "'eos_token_id[0]' is [1]")]
    public void A_list_with_a_wrong_item_is_named_with_its_field(string ids, string named)
    {
        var path = Write("config.json", "{\"model_type\": \"bert\", \"eos_token_id\": [" + ids + "]}");
        Refused<CheckpointException>(() => AutoConfig.FromPretrained(_folder.Path)).Should().ContainAll(path, named);

        path = Write("adapter_config.json", "{\"peft_type\": \"LORA\", \"layers_to_transform\": [" + ids + "]}");
        Refused<CheckpointException>(() => PeftConfig.FromPretrained(_folder.Path)).Should().ContainAll(path, "'layers_to_transform");
    }

    [Fact]
    public void A_section_that_is_null_has_its_default_values_and_a_null_in_it_is_named()
    {
        Write("config.json", """{"model_type": "mistral", "rope_parameters": null}""");
        AutoConfig.FromPretrained(_folder.Path).Should().BeAssignableTo<DecoderConfig>()
            .Which.RopeParameters.Should().Be(new MistralConfig().RopeParameters);
        Write("config.json", """{"model_type": "mistral", "rope_parameters": {"rope_type": null}}""");
        Refused<CheckpointException>(() => AutoConfig.FromPretrained(_folder.Path)).Should().Contain("'rope_parameters.rope_type' is null");
    }

    [Fact]
    public void Unknown_fields_of_any_depth_are_kept()
    {
        var path = Write("config.json", """{"model_type": "bert", "other": DEEP}""");
        ConfigFiles.Write(path, AutoConfig.FromPretrained(_folder.Path));
        string.Concat(File.ReadAllText(path).Where(c => !char.IsWhiteSpace(c))).Should().Contain(_deep);
    }

    [SkippableTheory]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 2000000000", "2000000000 layers")]
    [InlineData("\"hidden_size\": 32", "\"hidden_size\": 2000000000", "config.json")]
    public void Sizes_that_the_weights_do_not_have_are_refused_before_they_take_memory(string old, string value, string message)
    {
        CopyModel("bert-masked-lm", text => text.Replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 2", StringComparison.Ordinal)
            .Replace(old, value, StringComparison.Ordinal));
        Refused<CheckpointException>(() => AutoModelForMaskedLM.FromPretrained(_folder.Path)).Should().Contain(message);
    }

    [Theory]
    [InlineData("\"r\": NaN", "'r' is NaN")]
    [InlineData("\"r\": DEEP", "'r' is [[[")]
    [InlineData("\"modules_to_save\": [null]", "'modules_to_save' is [null]; a value that contains no null is expected")]
    [InlineData("\"megatron_config\": NaN", "'megatron_config' is NaN")]
    public void A_value_of_an_adapter_that_cannot_be_used_is_named(string field, string message)
    {
        var path = Write("adapter_config.json", "{\"peft_type\": \"LORA\", " + field + "}");
        Refused<CheckpointException>(() => PeftConfig.FromPretrained(_folder.Path)).Should().ContainAll(path, message);
    }

    [Theory]
    [InlineData("\"temperature\": DEEP", "'temperature' is [[[")]
    [InlineData("\"top_k\": NaN", "'top_k' is NaN")]
    [InlineData("\"stop_strings\": [\"a\", null]", "a value that contains no null")]
    public void A_value_of_a_generation_that_cannot_be_used_is_named(string field, string message)
    {
        var path = Write("generation_config.json", "{" + field + "}");
        Refused<CheckpointException>(() => GenerationConfig.FromPretrained(_folder.Path)).Should().ContainAll(path, message);
    }

    [Theory]
    [InlineData("\"pad_token\": {\"content\": NaN}", "pad_token")]
    [InlineData("\"pad_token\": {\"content\": \"x\", \"more\": DEEP}", "pad_token")]
    [InlineData("\"padding_side\": NaN", "padding_side to NaN")]
    [InlineData("\"extra_ids\": 2147483647", "extra_ids to 2147483647, but a number from 0 to 100000")]
    [InlineData("\"extra_ids\": -1", "extra_ids to -1")]
    public void A_value_of_a_tokenizer_that_cannot_be_used_is_named(string field, string message)
    {
        foreach (var file in Directory.GetFiles(ReferenceRoot.Tokenizers("tiny-t5"), "spiece.model"))
            File.Copy(file, _folder.File(Path.GetFileName(file)));
        var path = Write("tokenizer_config.json", "{\"tokenizer_class\": \"T5Tokenizer\", " + field + "}");
        Refused<TokenizerException>(() => AutoTokenizer.FromPretrained(_folder.Path)).Should().ContainAll(path, message);
    }

    [Theory, InlineData("a b"), InlineData("a:0 $A:0 b"), InlineData(":"), InlineData("    "), InlineData("[SEP] :1")]
    public void A_special_token_can_contain_spaces_and_colons(string token)
    {
        File.Copy(Path.Combine(ReferenceRoot.Tokenizers("tiny-bert"), "vocab.txt"), _folder.File("vocab.txt"));
        Write("tokenizer_config.json", $$"""{"tokenizer_class": "BertTokenizer", "cls_token": "{{token}}"}""");
        var tokenizer = AutoTokenizer.FromPretrained(_folder.Path);
        var tokens = tokenizer.Encode("x", "x").Tokens;
        tokens[0].Should().Be(token);
        tokens.Count(text => text == "[SEP]").Should().Be(2);
    }

    [Fact]
    public void A_limit_of_tokens_that_is_not_a_number_is_no_limit()
    {
        File.Copy(Path.Combine(ReferenceRoot.Tokenizers("tiny-bert"), "vocab.txt"), _folder.File("vocab.txt"));
        Write("tokenizer_config.json", "{\"tokenizer_class\": \"BertTokenizer\", \"model_max_length\": NaN}");
        AutoTokenizer.FromPretrained(_folder.Path).ModelMaxLength.Should().BeNull();
    }

    [SkippableTheory]
    [InlineData("../1_Pooling", "it contains '..'")]
    [InlineData("/tmp", "a part of the path is empty")]
    public void A_module_outside_of_the_folder_is_refused(string module, string reason)
    {
        CopyModel("bert-token-classification", text => text);
        Write("modules.json", $$"""
            [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "{{module}}", "type": "sentence_transformers.models.Pooling"}]
            """);
        Refused<CheckpointException>(() => SentenceEncoder.FromPretrained(_folder.Path))
            .Should().ContainAll("modules.json", module, reason);
    }

    [Fact]
    public void The_last_value_of_a_duplicate_field_of_an_image_processor_is_used()
    {
        Write("preprocessor_config.json", """{"image_processor_type": "ViTImageProcessor", "size": 5, "do_resize": false, "size": 7}""");
        AutoImageProcessor.FromPretrained(_folder.Path).Config.Size.Should().Be(new ImageSize(7, 7));
    }

    [Theory]
    [InlineData("\"size\": {\"height\": 2147483647, \"width\": 16}", "at most 16777216 pixels")]
    [InlineData("\"\\ud800\": 1", "is not valid JSON")]
    public void An_image_processor_that_cannot_be_used_is_refused(string field, string message)
    {
        var path = Write("preprocessor_config.json", "{\"image_processor_type\": \"ViTImageProcessor\", " + field + "}");
        Refused<CheckpointException>(() => AutoImageProcessor.FromPretrained(_folder.Path)).Should().ContainAll(path, message);
    }

    [Fact]
    public void An_image_that_would_be_resized_to_too_many_pixels_is_refused() =>
        Refused<ImageException>(() => new ImageProcessor(ImageProcessorConfig.Clip).Resize(new RgbImage(1, 1_000_000)))
            .Should().ContainAll("1 x 1000000", "224 x 224000000");

    [Theory, InlineData("../a.png"), InlineData("a\0.png"), InlineData("/a.png")]
    public void An_image_outside_of_the_folder_is_refused(string name)
    {
        File.WriteAllBytes(_folder.File("a.png"), File.ReadAllBytes(Readers.FuzzFixtures.At("reference", "images", "one-pixel.png")));
        var path = Write("train/metadata.csv", $"file_name,text\n{name},x\n");
        Refused<DatasetException>(() => ImageFolder.LoadDataset(_folder.Path)).Should().ContainAll(path, "is not a path in");
    }
}
