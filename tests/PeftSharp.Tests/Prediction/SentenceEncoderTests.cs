using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Prediction;
using PeftSharp.Serialization;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Prediction;

/// <summary>Embeddings of sentence-transformers folders, compared with recorded ones (tests/fixtures/sentences/make.py).</summary>
public sealed class SentenceEncoderTests : IDisposable
{
    private const double Rounding = 1e-5;
    private static readonly JsonObject _recorded = JsonNode.Parse(
        File.ReadAllText(Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "sentences", "expected.json")))!.AsObject();

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _saved = new();

    public static TheoryData<string> Cases => [.. _recorded["cases"]!.AsArray().Select(item => (string)item!["name"]!)];

    private static string[] Texts => [.. _recorded["texts"]!.AsArray().Select(text => (string)text!)];

    public void Dispose()
    {
        _folder.Dispose();
        _saved.Dispose();
    }

    [Theory, MemberData(nameof(Cases))]
    public void Embeddings_are_the_recorded_ones_before_and_after_saving(string name)
    {
        var recorded = Write(name);
        using var encoder = SentenceEncoder.FromPretrained(_folder.Path);
        AssertRecorded(recorded, encoder, batchSize: 2);
        encoder.SavePretrained(_saved.Path);
        using var again = SentenceEncoder.FromPretrained(_saved.Path);
        AssertRecorded(recorded, again, batchSize: 32);
    }

    [Fact]
    public void The_folder_of_a_model_gives_the_mean_of_the_hidden_states()
    {
        Recorded.FolderOf("bert-token-classification", _folder);
        using var encoder = SentenceEncoder.FromPretrained(_folder.Path);
        encoder.UntrainedWeights.Should().BeEmpty("no embedding depends on the pooling layer");
        using var scope = NewDisposeScope();
        var mean = Case("mean_tokens")["embeddings"]!.AsArray();
        foreach (var index in new[] { 0, 1, 2, 3, 5 })                     // the limit of the recorded case shortens the other text
            AssertClose(mean[index]!, encoder.Encode(Texts[index]));
    }

    [Fact]
    public void Several_threads_get_the_embeddings_of_one()
    {
        Write("all");
        using var encoder = SentenceEncoder.FromPretrained(_folder.Path);
        var expected = encoder.Encode(Texts, batchSize: 1);
        Parallel.For(0, 4, _ =>
            encoder.Encode(Texts, batchSize: 1).Should().BeEquivalentTo(expected, options => options.WithStrictOrdering()));
    }

    [Fact]
    public async Task An_encoder_that_was_disposed_is_refused_and_has_disposed_its_model()
    {
        Write("dense");
        var encoder = await SentenceEncoder.FromPretrainedAsync(_folder.Path);
        encoder.Dispose();
        encoder.Dispose();
        FluentActions.Invoking(() => encoder.Encode("a")).Should().ThrowExactly<ObjectDisposedException>();
        FluentActions.Invoking(() => encoder.Model.Device).Should().ThrowExactly<ObjectDisposedException>();
    }

    [Theory]
    [InlineData("modules.json", "sentence_transformers.models.Pooling", "sentence_transformers.models.LSTM", "LSTM")]
    [InlineData("modules.json", "sentence_transformers.models.Dense", "sentence_transformers.models.CNN", "CNN")]
    [InlineData("modules.json", "sentence_transformers.models.Dense", "own.Layer", "own.Layer")]
    [InlineData("1_Pooling/config.json", "pooling_mode_cls_token", "pooling_mode_attention", "pooling_mode_attention")]
    [InlineData("1_Pooling/config.json", "word_embedding_dimension", "pool_width", "pool_width")]
    [InlineData("1_Pooling/config.json", "\"word_", "\"pooling_mode\": 3, \"word_", "pooling_mode is 3")]
    [InlineData("2_Dense/config.json", "torch.nn.modules.activation.Tanh", "torch.nn.modules.activation.Softmax", "Softmax")]
    [InlineData("2_Dense/config.json", "\"bias\": true", "\"bias\": 1", "bias")]
    [InlineData("sentence_bert_config.json", "do_lower_case", "do_upper_case", "do_upper_case", "true")]
    public void What_is_not_supported_is_refused_by_name(string file, string old, string other, string name, string value = "false")
    {
        Write("dense");
        var path = Path.Combine(_folder.Path, file);
        var changed = File.ReadAllText(path).Replace(old, other, StringComparison.Ordinal);
        File.WriteAllText(path, changed.Replace("false", value, StringComparison.Ordinal));
        FluentActions.Invoking(() => SentenceEncoder.FromPretrained(_folder.Path)).Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain(name);
    }

    [Fact]
    public void An_unknown_prompt_a_model_with_a_head_and_a_width_that_is_too_large_are_refused()
    {
        Write("prompt of the folder");
        using var encoder = SentenceEncoder.FromPretrained(_folder.Path);
        FluentActions.Invoking(() => encoder.Encode("a", promptName: "clustering")).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain("clustering").And.Contain("query");
        FluentActions.Invoking(() => encoder.Encode("a", truncateDim: 10_000)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        using var classifier = AutoModelForTokenClassification.FromPretrained(Recorded.Model("bert-token-classification"));
        FluentActions.Invoking(() => new SentenceEncoder(classifier, Recorded.Tokenizer())).Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain("AutoModel");
    }

    [Fact]
    public void Similar_embeddings_are_found_by_the_function_of_the_model()
    {
        float[] query = [1, 0];
        float[][] embeddings = [[3, 4], [0.5f, 0], [-1, 0]];
        SentenceEncoder.CosineSimilarity(query, embeddings[0]).Should().BeApproximately(0.6f, 1e-6f);
        SentenceEncoder.CosineSimilarity(query, [0, 0]).Should().Be(0);
        FluentActions.Invoking(() => SentenceEncoder.CosineSimilarity(query, [1])).Should().ThrowExactly<ArgumentException>();
        foreach (var (function, order) in new[]
        {
            ("cosine", new[] { 1, 0, 2 }), ("dot", [0, 1, 2]), ("euclidean", [1, 2, 0]), ("manhattan", [1, 2, 0]),
        })
        {
            Write("mean_tokens");
            File.WriteAllText(_folder.File("config_sentence_transformers.json"), $$"""{ "similarity_fn_name": "{{function}}" }""");
            using var encoder = SentenceEncoder.FromPretrained(_folder.Path);
            encoder.MostSimilar(query, embeddings).Select(text => text.Index).Should().Equal(order);
            encoder.MostSimilar(query, embeddings, topK: 1).Should().HaveCount(1);
        }
    }

    [Fact]
    public void The_limit_of_the_folder_leaves_room_for_the_virtual_tokens_of_an_adapter()
    {
        Write("short");
        var positions = 24;
        File.WriteAllText(_folder.File("sentence_bert_config.json"), $$"""{ "max_seq_length": {{positions}} }""");
        using (var model = AutoModel.FromPretrained(_folder.Path).GetPeftModel(new PromptTuningConfig { NumVirtualTokens = 5 }))
            model.SavePretrained(_saved.Path);
        using var encoder = SentenceEncoder.FromPretrained(_folder.Path, _saved.Path);
        encoder.Model.Inputs[0].MaxLength.Should().Be(positions);
        var text = string.Join(' ', Enumerable.Repeat("a", 2 * positions));
        encoder.Encode(text).Should().Equal(encoder.Encode(text, maxLength: positions - 5));
        encoder.Encode(text, adapter: "__base__").Should().NotEqual(encoder.Encode(text));
    }

    [Fact]
    public void The_length_of_a_prompt_does_not_depend_on_the_limit_of_an_earlier_call()
    {
        Write("prompt is not pooled");
        var prompt = string.Join(' ', Enumerable.Repeat("a", 6)) + " ";
        using var fresh = SentenceEncoder.FromPretrained(_folder.Path);
        var expected = fresh.Encode("Anna", prompt: prompt);
        using var used = SentenceEncoder.FromPretrained(_folder.Path);
        _ = used.Encode("Anna", prompt: prompt, maxLength: 5);
        used.Encode("Anna", prompt: prompt).Should().Equal(expected);
    }

    private static void AssertRecorded(JsonNode recorded, SentenceEncoder encoder, int batchSize)
    {
        var embeddings = encoder.Encode(Texts, (string?)recorded["prompt_name"], (string?)recorded["prompt"],
            (bool)recorded["normalize"]!, (int?)recorded["truncate"], batchSize: batchSize);
        foreach (var (index, row) in recorded["embeddings"]!.AsArray().Index()) AssertClose(row!, embeddings[index]);
    }

    private static void AssertClose(JsonNode expected, float[] found)
    {
        using var scope = NewDisposeScope();
        Close.Equal(tensor(expected.AsArray().Select(value => (float)value!).ToArray()), tensor(found), Rounding, "embedding");
    }

    private static JsonNode Case(string name) => _recorded["cases"]!.AsArray().Single(item => (string)item!["name"]! == name)!;

    /// <summary>Writes the folder of a case: the model, the tokenizer, the files of the case and the weights of Dense.</summary>
    private JsonNode Write(string name)
    {
        if (!File.Exists(_folder.File("config.json"))) Recorded.FolderOf("bert-token-classification", _folder);
        var recorded = Case(name);
        foreach (var (file, content) in recorded["files"]!.AsObject())
        {
            var path = Path.Combine(_folder.Path, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content!.ToJsonString(new() { WriteIndented = true }));
            if (file.EndsWith("Dense/config.json", StringComparison.Ordinal)) WriteDense(Path.GetDirectoryName(path)!, content);
        }
        return recorded;
    }

    private static void WriteDense(string folder, JsonNode config)
    {
        using var scope = NewDisposeScope();
        var rows = arange((int)config["out_features"]!, ScalarType.Float64);
        var columns = arange((int)config["in_features"]!, ScalarType.Float64);
        var tensors = new Dictionary<string, Tensor>
        {
            ["linear.weight"] = ((7 * rows.unsqueeze(1) + columns).sin() / 4).to(ScalarType.Float32),
        };
        if ((bool)config["bias"]!) tensors["linear.bias"] = (rows.cos() / 4).to(ScalarType.Float32);
        Safetensors.Save(Path.Combine(folder, "model.safetensors"), tensors);
    }
}
