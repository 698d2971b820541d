using PeftSharp.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Generation;

/// <summary>Each option has its effect, alone and together with each other option, or the call refuses it.</summary>
public sealed class OptionCombinationsTests : IDisposable
{
    private const int Prompt = 3, NewTokens = 12;
    private static readonly int[] _prompt = [5, 9, 7];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TinyWriter _tiny = new();

    public void Dispose()
    {
        _tiny.Dispose();
        _scope.Dispose();
    }

    private sealed record Option(string Name, Func<GenerationConfig, GenerationConfig> Set, Func<long[][], bool> Holds);

    private Option[] Options => [
        new("MaxNewTokens", config => config with { MaxNewTokens = 6 }, rows => rows[0].Length <= Prompt + 6),
        new("MaxLength", config => config with { MaxLength = 10 }, rows => rows[0].Length <= 10),
        new("MinNewTokens", config => config with { MinNewTokens = 5 }, rows => rows.All(row => NewOf(row).Length >= 5)),
        new("MinLength", config => config with { MinLength = 8 },
            rows => rows.All(row => Array.IndexOf(row, _tiny.Eos, Prompt) is -1 or >= 8)),
        new("DoSample", config => config with { DoSample = true }, _ => true),
        new("Temperature", config => config with { Temperature = 0.3 }, _ => true),
        new("TopK", config => config with { TopK = 3 }, _ => true),
        new("TopP", config => config with { TopP = 0.4 }, _ => true),
        new("MinP", config => config with { MinP = 0.2 }, _ => true),
        new("TypicalP", config => config with { TypicalP = 0.5 }, _ => true),
        new("EpsilonCutoff", config => config with { EpsilonCutoff = 0.01 }, _ => true),
        new("EtaCutoff", config => config with { EtaCutoff = 0.01 }, _ => true),
        new("TopH", config => config with { TopH = 0.5 }, _ => true),
        new("NumBeams", config => config with { NumBeams = 3 }, _ => true),
        new("NumReturnSequences", config => config with { NumReturnSequences = 2 }, rows => rows.Length == 2),
        new("LengthPenalty", config => config with { LengthPenalty = -2 }, _ => true),
        new("EarlyStopping", config => config with { EarlyStopping = true }, _ => true),
        new("RepetitionPenalty", config => config with { RepetitionPenalty = 3 }, _ => true),
        new("NoRepeatNgramSize", config => config with { NoRepeatNgramSize = 1 },
            rows => rows.All(row => NewOf(row) is var text && text.Distinct().Count() == text.Length)),
        new("BadWordsIds", config => config with { BadWordsIds = [[Favourite]] },
            rows => rows.All(row => !row.Skip(Prompt).Contains(Favourite))),
        new("SuppressTokens", config => config with { SuppressTokens = [Favourite] },
            rows => rows.All(row => !row.Skip(Prompt).Contains(Favourite))),
        new("BeginSuppressTokens", config => config with { BeginSuppressTokens = [Favourite] },
            rows => rows.All(row => row[Prompt] != Favourite)),
        new("SequenceBias", config => config with { SequenceBias = [new SequenceBias([11], 50)] }, _ => true),
        new("ForcedBosTokenId", config => config with { ForcedBosTokenId = 8 }, rows => rows.All(row => row[Prompt] == 8)),
        new("ForcedEosTokenId", config => config with { ForcedEosTokenId = [_tiny.Eos] },
            rows => rows.All(row => row.Skip(Prompt).Contains(_tiny.Eos))),
        new("ExponentialDecayLengthPenalty", config => config with { ExponentialDecayLengthPenalty = new LengthDecay(1, 3) }, _ => true),
        // A string that ends no text here: a text may end with a stop string before min_new_tokens and without an end-of-sequence token.
        new("StopStrings", config => config with { StopStrings = ["zq"] }, _ => true),
        new("RenormalizeLogits", config => config with { RenormalizeLogits = true }, _ => true),
        new("RemoveInvalidValues", config => config with { RemoveInvalidValues = true }, _ => true),
        new("UseCache", config => config with { UseCache = false }, _ => true),
    ];

    /// <summary>The first token that the model generates with the default options.</summary>
    private int Favourite { get; set; }

    private long[] NewOf(long[] row) => [.. row.Skip(Prompt).TakeWhile(id => id != _tiny.Eos)];

    [Fact]
    public void Every_pair_of_options_holds_or_is_refused_with_a_reason()
    {
        Favourite = (int)Generate(new GenerationConfig())[0][Prompt];
        var options = Options;
        var (held, refused, wrong) = (0, 0, new List<string>());
        GenerationConfig[] strategies = [new(), new() { DoSample = true }, new() { NumBeams = 2 }];
        for (var i = 0; i < options.Length; i++)
            for (var j = i + 1; j < options.Length; j++)
            {
                var (first, second, strategy) = (options[i], options[j], strategies[(i + j) % 3]);
                var name = $"{first.Name} + {second.Name} "
                    + $"({(strategy.DoSample is true ? "sampling" : strategy.NumBeams is 2 ? "beams" : "greedy")})";
                try
                {
                    var rows = Generate(second.Set(first.Set(strategy)));
                    foreach (var option in new[] { first, second })
                        if (!option.Holds(rows))
                            wrong.Add(
                                $"{name}: {option.Name} does not hold in {string.Join(" | ", rows.Select(row => string.Join(' ', row)))}");
                    held++;
                }
                catch (ArgumentException error)
                {
                    refused++;
                    if (!error.Message.Contains(first.Name, StringComparison.Ordinal)
                        && !error.Message.Contains(second.Name, StringComparison.Ordinal))
                        wrong.Add($"{name}: {error.Message}");
                }
                catch (Exception error) when (error is not InvalidOperationException { Source: "PeftSharp" })
                {
                    wrong.Add($"{name}: {error.GetType().Name} {error.Message}");
                }
            }
        wrong.Should().BeEmpty($"all {held + refused} pairs hold or are refused");
        held.Should().BeInRange(200, 435);
    }

    [Fact]
    public void Options_without_effect_on_the_call_are_refused()
    {
        Refuses(new GenerationConfig { ForcedBosTokenId = 8 }, "ForcedBosTokenId", "prompt of one token");
        FluentActions.Invoking(() => _tiny.Model.Generate(_prompt, new GenerationOptions { Seed = 3 }).Sequences)
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("DoSample");
        _tiny.Model.GenerationConfig = new GenerationConfig { PadTokenId = 0 };
        Refuses(new GenerationConfig { ExponentialDecayLengthPenalty = new LengthDecay(1, 2) }, "ExponentialDecayLengthPenalty",
            "EosTokenId");
        Refuses(new GenerationConfig { MaxNewTokens = int.MaxValue }, "64 positions");
    }

    /// <summary>As in transformers: without an end-of-sequence token every minimum up to the maximum holds.</summary>
    [Fact]
    public void A_minimum_length_is_accepted_for_a_model_without_an_end_of_text_token()
    {
        _tiny.Model.GenerationConfig = new GenerationConfig { PadTokenId = 0 };
        using var output = _tiny.Model.Generate(_prompt, new GenerationOptions { MinNewTokens = 3, MaxNewTokens = 4 });
        output.Sequences.size(1).Should().Be(_prompt.Length + 4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void PrefixAllowedTokens_gets_the_index_of_the_prompt_also_with_several_texts(int beams)
    {
        var asked = new HashSet<int>();
        using var ids = tensor(new long[,] { { 5, 6 }, { 7, 8 } });
        using var rows = _tiny.Model.Generate(ids, new GenerationOptions
        {
            MaxNewTokens = 2, MinNewTokens = 2, NumReturnSequences = 2, NumBeams = beams, DoSample = true, Seed = 1, PadTokenId = 0,
            PrefixAllowedTokens = (prompt, _) =>
            {
                asked.Add(prompt);
                return prompt == 0 ? [11, 12, 13] : [21, 22, 23];
            },
        }).Sequences;
        asked.Should().BeEquivalentTo([0, 1]);
        var texts = TinyWriter.Rows(rows);
        texts[..2].Should().AllSatisfy(row => row[2..].Should().AllSatisfy(id => id.Should().BeInRange(11, 13)));
        texts[2..].Should().AllSatisfy(row => row[2..].Should().AllSatisfy(id => id.Should().BeInRange(21, 23)));
    }

    private void Refuses(GenerationConfig config, params string[] words)
    {
        FluentActions.Invoking(() => _tiny.Model.Generate(_prompt, new GenerationOptions(config)))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll(words);
    }

    private long[][] Generate(GenerationConfig config)
    {
        manual_seed(5);
        if (config.MaxLength is null && config.MaxNewTokens is null) config = config with { MaxNewTokens = NewTokens };
        using var output = _tiny.Model.Generate(_prompt, new GenerationOptions(config) { Tokenizer = _tiny.Tokenizer });
        return TinyWriter.Rows(output.Sequences);
    }
}
