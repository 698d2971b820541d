using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Parity;

/// <summary>
/// Recorded texts of transformers (greedy, drawn and with beams, each option by itself) and each rule on scores by itself.
/// </summary>
[Trait("Category", "Parity")]
public sealed class GenerationParityTests
{
    public static TheoryData<string> Families => ReferenceRoot.Cases("generation", "*");

    [SkippableTheory, MemberData(nameof(Families))]
    public void Texts_are_token_for_token_those_of_transformers(string family)
    {
        using var scope = NewDisposeScope();
        using var model = Load(family);
        var recorded = Read("generation", family, "expected.json");
        var differences = new List<string>();
        foreach (var (name, row) in recorded["cases"]!.AsObject())
        {
            var options = Options(recorded, row!);
            if (TestDevice.Current.type != DeviceType.CPU && options.DoSample is true) continue;          // a GPU has another random stream
            manual_seed((long)recorded["seed"]!);
            using var prompt = PromptOf(recorded, name[..name.IndexOf('.', StringComparison.Ordinal)]);
            using var output = model.Generate(prompt, new GenerationOptions(options));
            var found = Rows(output.Sequences);
            var expected = Matrix(row!["sequences"]!);
            if (!expected.Zip(found).All(pair => pair.First.SequenceEqual(pair.Second)) || expected.Length != found.Length)
                differences.Add($"{name}:\n  {string.Join("\n  ", expected.Select(ids => string.Join(' ', ids)))}\n  instead\n  "
                    + $"{string.Join("\n  ", found.Select(ids => string.Join(' ', ids)))}");
            if (row["sequences_scores"] is JsonArray scores)
                // Sums of 16 log-probabilities in float32.
                Close.Equal(tensor(scores.Select(score => (float)score!).ToArray()), output.SequencesScores!, 1e-5, name);
        }
        string.Join("\n", differences).Should().BeEmpty();
    }

    [SkippableTheory, MemberData(nameof(Families))]
    public void Without_the_cache_the_texts_are_the_same(string family)
    {
        using var scope = NewDisposeScope();
        using var model = Load(family);
        var recorded = Read("generation", family, "expected.json");
        foreach (var name in new[] { "left-padded.greedy", "left-padded.beam-4", "left-padded.sample" })
        {
            if (recorded["cases"]![name] is not { } row
                || (TestDevice.Current.type != DeviceType.CPU && name.EndsWith("sample", StringComparison.Ordinal)))
                continue;
            var options = Options(recorded, row) with { UseCache = false };
            manual_seed((long)recorded["seed"]!);
            using var prompt = PromptOf(recorded, "left-padded");
            Rows(model.Generate(prompt, new GenerationOptions(options)).Sequences)
                .Should().BeEquivalentTo(Matrix(row["sequences"]!), options => options.WithStrictOrdering());
        }
    }

    [SkippableFact]
    public void Each_rule_changes_the_scores_as_in_transformers()
    {
        using var scope = NewDisposeScope();
        var recorded = Read("generation", "processors.json");
        var ids = tensor(Flat<long>(recorded["input_ids"]!), Shape(recorded["input_ids"]!), ScalarType.Int64);
        var scores = tensor(Flat<float>(recorded["scores"]!), Shape(recorded["scores"]!), ScalarType.Float32);
        foreach (var (name, rows) in recorded["after"]!.AsObject())
        {
            var expected = rows!.AsArray().SelectMany(row => row!.AsArray())
                .Select(value => value is null ? float.NegativeInfinity : (float)value).ToArray();
            var found = Named(name).Process(ids, scores).data<float>().ToArray();
            found.Select(float.IsNegativeInfinity).Should().Equal(expected.Select(float.IsNegativeInfinity));
            foreach (var (wanted, given) in expected.Zip(found).Where(pair => !float.IsInfinity(pair.First)))
                given.Should().BeApproximately(wanted, 1e-6f * Math.Max(1, Math.Abs(wanted)), "{0} divides once", name);
        }
    }

    /// <summary>The rule of a recorded name, such as <c>top_p_0.8</c> or <c>min_length_8_eos_2</c>.</summary>
    private static LogitsProcessor Named(string name)
    {
        var parts = Regex.Match(name, @"^(?<rule>[a-z_]+)_(?<number>[\d.]+)(_eos_(?<eos>\d+))?$");
        var number = parts.Success ? double.Parse(parts.Groups["number"].Value, CultureInfo.InvariantCulture) : double.NaN;
        return parts.Groups["rule"].Value switch
        {
            "temperature" => new TemperatureLogitsWarper(number),
            "top_k" => new TopKLogitsWarper((int)number),
            "top_p" => new TopPLogitsWarper(number),
            "min_p" => new MinPLogitsWarper(number),
            "typical" => new TypicalLogitsWarper(number),
            "epsilon" => new EpsilonLogitsWarper(number),
            "eta" => new EtaLogitsWarper(number),
            "repetition" => new RepetitionPenaltyLogitsProcessor(number),
            "no_repeat_ngram" => new NoRepeatNGramLogitsProcessor((int)number),
            "min_length" => new MinLengthLogitsProcessor((int)number, [int.Parse(parts.Groups["eos"].Value, CultureInfo.InvariantCulture)]),
            _ => throw new InvalidOperationException($"No rule is known for the recorded '{name}'."),
        };
    }

    private static PretrainedModel Load(string family)
    {
        Skip.If(family.Length == 0, "The root has no generated texts.");
        var folder = ReferenceRoot.Require("generation", family);
        var type = (string)Read("generation", family, "config.json")["model_type"]!;
        Skip.IfNot(ModelFamilies.ModelTypes.Contains(type), $"The family '{type}' is not served.");
        return AutoModelForCausalLM.FromPretrained(folder, new PretrainedOptions { Device = TestDevice.Current });
    }

    private static JsonObject Read(params string[] path) => JsonNode.Parse(File.ReadAllText(ReferenceRoot.Require(path)))!.AsObject();

    /// <summary>A case's options, with what all cases share.</summary>
    private static GenerationConfig Options(JsonObject recorded, JsonNode row) =>
        ConfigFiles.ReadAny<GenerationConfig>(row["options"]!.AsObject()) with { MaxNewTokens = (int)recorded["max_new_tokens"]! };

    private static ModelInputs PromptOf(JsonObject recorded, string name)
    {
        var (ids, mask) = recorded[name] is JsonArray rows
            ? (rows, null)
            : (recorded[name]!["input_ids"]!, recorded[name]!["attention_mask"]);
        return new ModelInputs
        {
            InputIds = tensor(Flat<long>(ids), Shape(ids), ScalarType.Int64),
            AttentionMask = mask is null ? null : tensor(Flat<long>(mask), Shape(mask), ScalarType.Int64),
        };
    }

    private static long[][] Rows(Tensor ids) => [.. ids.cpu().data<long>().ToArray().Chunk((int)ids.shape[1])];

    private static long[][] Matrix(JsonNode rows) =>
        [.. rows.AsArray().Select(row => row!.AsArray().Select(value => (long)value!).ToArray())];

    private static T[] Flat<T>(JsonNode rows) =>
        [.. rows.AsArray().SelectMany(row => row!.AsArray()).Select(value => value!.GetValue<T>())];

    private static long[] Shape(JsonNode rows) => [rows.AsArray().Count, rows[0]!.AsArray().Count];
}
