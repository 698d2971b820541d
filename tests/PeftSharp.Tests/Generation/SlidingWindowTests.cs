using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Models.Gemma3;
using PeftSharp.Models.Mistral;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Generation;

/// <summary>Texts that are much longer than the sliding windows of the layers.</summary>
public sealed class SlidingWindowTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Families => ["mistral", "gemma3_text"];

    public void Dispose() => _scope.Dispose();

    [Theory, MemberData(nameof(Families))]
    public void Tokens_after_padding_and_beams_are_those_without_a_cache(string family)
    {
        using var model = Model(family);
        using var prompt = new ModelInputs
        {
            InputIds = tensor(new long[] { 5, 9, 14, 20, 33, 40, 0, 0, 0, 0, 11, 12 }, [2, 6]),
            AttentionMask = tensor(new long[] { 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1 }, [2, 6]),
        };
        foreach (var beams in new[] { 1, 3 })
        {
            var options = new GenerationOptions { MaxNewTokens = 90, NumBeams = beams, UseCache = true };
            var expected = model.Generate(prompt, options with { UseCache = false }).Sequences;
            var found = model.Generate(prompt, options).Sequences;
            found.data<long>().ToArray().Should().Equal(expected.data<long>().ToArray(), $"{beams} beams");
        }
    }

    [Theory, MemberData(nameof(Families))]
    public void The_memory_of_the_cache_does_not_grow_with_the_text(string family)
    {
        using var model = Model(family);
        using var free = no_grad();
        using var cache = new KeyValueCache();
        for (var step = 0; step < 40; step++)
            model.call(new ModelInputs { InputIds = full([1, 10], 7, ScalarType.Int64) }, new ForwardOptions { PastKeyValues = cache })
                .Dispose();
        cache.Length.Should().Be(400);
        cache.Capacity(0).Should().BeLessThan(80);
        cache.Capacity(1).Should().BeGreaterThanOrEqualTo(family == "mistral" ? 0 : 400);
    }

    private static PretrainedModel Model(string family)
    {
        manual_seed(5);
        var model = AutoModelForCausalLM.FromConfig(family == "mistral"
            ? new MistralConfig
            {
                VocabSize = 61, HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, IntermediateSize = 48,
                SlidingWindow = 4, PadTokenId = 0, BosTokenId = null, EosTokenId = null, InitializerRange = 0.3,
            }
            : new Gemma3TextConfig
            {
                VocabSize = 61, HiddenSize = 32, NumHiddenLayers = 2, NumAttentionHeads = 4, NumKeyValueHeads = 2, HeadDim = 8,
                IntermediateSize = 48, SlidingWindow = 4, SlidingWindowPattern = 2, BosTokenId = null, EosTokenId = null,
                InitializerRange = 0.3,
            });
        model.eval();
        return model;
    }
}
