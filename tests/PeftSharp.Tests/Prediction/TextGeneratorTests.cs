using PeftSharp.Generation;
using PeftSharp.Prediction;
using PeftSharp.Tests.Generation;
using PeftSharp.Tuners;

namespace PeftSharp.Tests.Prediction;

public sealed class TextGeneratorTests : IDisposable
{
    private static readonly GenerationOptions _greedy = new() { DoSample = false, MaxNewTokens = 6 };
    private readonly TinyWriter _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public async Task Prompts_of_different_lengths_are_continued_as_each_would_be_alone_in_their_order()
    {
        using var writer = new TextGenerator(_tiny.Model, _tiny.Tokenizer);
        string[] prompts = ["the quick fox", "dog", "the dog jumps over the quick dog", ""];
        var texts = await writer.GenerateAsync(prompts, _greedy, batchSize: 3);
        texts.Select(text => text.Prompt).Should().Equal(prompts);
        foreach (var text in texts)
        {
            Assert.Equal(text, writer.Generate(text.Prompt, _greedy));
            Assert.Equal(text.Prompt + text.Text, text.FullText);
            var ids = _tiny.Tokenizer.Encode(text.Prompt).Ids is { Length: > 0 } given
                ? given
                : [_tiny.Model.Config.BosTokenId ?? _tiny.Eos];
            using var expected = _tiny.Model.Generate(ids, _greedy);
            Assert.Equal(_tiny.Tokenizer.Decode(
                TinyWriter.Rows(expected.Sequences)[0].Skip(ids.Length).Select(id => (int)id), skipSpecialTokens: true), text.Text);
        }
    }

    [Fact]
    public void The_default_options_are_the_pipelines_sampling_and_a_seed_repeats_it()
    {
        using var writer = new TextGenerator(_tiny.Model, _tiny.Tokenizer);
        var first = writer.Generate("the quick fox", new GenerationOptions { MaxNewTokens = 12, Seed = 3 });
        using var expected = _tiny.Model.Generate(_tiny.Tokenizer.Encode("the quick fox"),
            new GenerationOptions { MaxNewTokens = 12, DoSample = true, Temperature = 0.7, PadTokenId = _tiny.Eos, Seed = 3 });
        var width = _tiny.Tokenizer.Encode("the quick fox").Length;
        Assert.Equal(_tiny.Tokenizer.Decode(
            TinyWriter.Rows(expected.Sequences)[0].Skip(width).Select(id => (int)id), skipSpecialTokens: true), first.Text);
        Assert.Equal(first, writer.Generate("the quick fox", new GenerationOptions { MaxNewTokens = 12, Seed = 3 }));
        Assert.NotNull(writer.Generate("the quick fox").Text);                       // as many tokens as there are positions
    }

    [Fact]
    public async Task Several_texts_for_a_prompt_follow_each_other_and_streamed_text_is_the_same()
    {
        using var writer = new TextGenerator(_tiny.Model, _tiny.Tokenizer);
        var several = _greedy with { NumBeams = 3, NumReturnSequences = 2 };
        writer.Generate(["dog", "fox"], several).Select(text => text.Prompt).Should().Equal("dog", "dog", "fox", "fox");
        FluentActions.Invoking(() => writer.Generate("dog", several))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("list of prompts");
        var pieces = new List<string>();
        await foreach (var piece in writer.GenerateStreamAsync("dog", _greedy)) pieces.Add(piece);
        Assert.Equal(writer.Generate("dog", _greedy).Text, string.Concat(pieces));
    }

    [Fact]
    public void An_adapter_is_chosen_by_name()
    {
        using var writer = new TextGenerator(_tiny.Model, _tiny.Tokenizer);
        var plain = writer.Generate("the dog", _greedy);
        var model = _tiny.Model.GetPeftModel(
            new LoraConfig { TargetModules = ["c_attn"], InitLoraWeights = LoraInitializer.Random, LoraAlpha = 400 }, "loud");
        using var adapted = new TextGenerator(model, _tiny.Tokenizer);
        Assert.Equal(plain, adapted.Generate("the dog", _greedy with { Adapter = "__base__" }));
        Assert.Equal(adapted.Generate("the dog", _greedy), adapted.Generate("the dog", _greedy with { Adapter = "loud" }));
        FluentActions.Invoking(() => adapted.Generate("the dog", _greedy with { Adapter = "quiet" }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("'quiet'");
        string[] prompts = ["the dog", "the dog jumps over", "fox"];
        var each = adapted.Generate(prompts, _greedy with { AdapterNames = ["loud", "__base__", "loud"] }, batchSize: 2);
        each.Should().Equal(adapted.Generate(prompts[0], _greedy), adapted.Generate(prompts[1], _greedy with { Adapter = "__base__" }),
            adapted.Generate(prompts[2], _greedy));
        FluentActions.Invoking(() => adapted.Generate(prompts, _greedy with { AdapterNames = ["loud", "loud"] }))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("2 names for 3 prompts");
        model.Unload();
    }
}
