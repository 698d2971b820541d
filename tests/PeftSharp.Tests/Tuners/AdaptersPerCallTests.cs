using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Tests.Generation;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>
/// The adapters of a call apply only to the call: calls on several threads give the answers of calls one after another, and changes of the
/// model are refused meanwhile.
/// </summary>
public sealed class AdaptersPerCallTests : IDisposable
{
    private const int Requests = 24;
    private static readonly string[] _names = ["bard", "ops", "__base__"];

    private readonly TwoAdapters _two = new();

    public void Dispose() => _two.Dispose();

    /// <summary>Ways to select adapter number <c>i % 3</c>.</summary>
    public static TheoryData<string> Ways => ["argument", "scope", "rows", "rows in a scope", "disabled", "beams", "sampling",
        "sampling beams", "streaming", "streaming in a scope", "nested"];

    [Theory, MemberData(nameof(Ways))]
    public void Requests_on_several_threads_get_the_texts_that_they_get_alone(string way)
    {
        var alone = Enumerable.Range(0, Requests).Select(i => Ask(way, i)).ToArray();
        alone.Distinct().Should().HaveCountGreaterThan(2, "the adapters must differ for the test to find anything");
        var together = new string[Requests];
        Parallel.For(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i => together[i] = Ask(way, i));
        together.Should().Equal(alone);
        _two.Peft.ActiveAdapters.Should().Equal("bard");
    }

    private string Ask(string way, int i)
    {
        using var scope = NewDisposeScope();
        using var free = no_grad();
        var name = _names[i % 3];
        var prompt = new[] { 5 + i % 5, 6, 7 };
        switch (way)
        {
            case "argument": return _two.Text(prompt, new GenerationOptions { MaxNewTokens = 8, Adapter = name });
            case "scope":
                using (_two.Peft.UseAdapter(name)) return _two.Text(prompt, new GenerationOptions { MaxNewTokens = 8 });
            case "rows":
                return _two.Text(Two(prompt), new GenerationOptions { MaxNewTokens = 8, AdapterNames = [name, _names[(i + 1) % 3]] });
            case "rows in a scope":
                using (_two.Peft.UseAdapters([name, _names[(i + 1) % 3]]))
                    return _two.Text(Two(prompt), new GenerationOptions { MaxNewTokens = 8 });
            case "disabled":
                if (name != "__base__") return _two.Text(prompt, new GenerationOptions { MaxNewTokens = 8 });
                using (_two.Peft.DisableAdapter()) return _two.Text(prompt, new GenerationOptions { MaxNewTokens = 8 });
            case "beams": return _two.Text(prompt, new GenerationOptions { MaxNewTokens = 6, NumBeams = 3, Adapter = name });
            case "sampling":
                return _two.Text(prompt, new GenerationOptions { MaxNewTokens = 8, DoSample = true, Seed = i, Adapter = name });
            case "sampling beams":
                return _two.Text(
                    prompt, new GenerationOptions { MaxNewTokens = 6, DoSample = true, NumBeams = 2, Seed = i, Adapter = name });
            case "streaming":
                var answer = _two.Peft.GenerateStreamAsync(
                    prompt, _two.Tokenizer, new GenerationOptions { MaxNewTokens = 8, Adapter = name });
                return string.Concat(answer.ToBlockingEnumerable());
            case "streaming in a scope":
                IAsyncEnumerable<string> stream;
                using (_two.Peft.UseAdapter(name))
                    stream = _two.Peft.GenerateStreamAsync(prompt, _two.Tokenizer, new GenerationOptions { MaxNewTokens = 8 });
                return string.Concat(stream.ToBlockingEnumerable());          // after the scope has ended
            default:
                using (_two.Peft.UseAdapter("ops"))
                {
                    var before = _two.Text(prompt, new GenerationOptions { MaxNewTokens = 4 });
                    string inside;
                    using (_two.Peft.UseAdapter(name)) inside = _two.Text(prompt, new GenerationOptions { MaxNewTokens = 4 });
                    var argument = _two.Text(prompt, new GenerationOptions { MaxNewTokens = 4, Adapter = "bard" });
                    var after = _two.Text(prompt, new GenerationOptions { MaxNewTokens = 4 });
                    return $"{before}/{inside}/{argument}/{after}";
                }
        }
    }

    [Fact]
    public void An_argument_a_scope_and_SetAdapter_give_the_same_bits()
    {
        foreach (var name in _names)
        {
            using var inputs = TwoAdapters.Inputs(3);
            using var free = no_grad();
            var byArgument = _two.Peft.CallWithAdapter(inputs, name).Logits!;
            Tensor byScope, byRows, byDefault;
            using (_two.Peft.UseAdapter(name)) byScope = _two.Peft.call(inputs).Logits!;
            using (_two.Peft.UseAdapters([name, name, name])) byRows = _two.Peft.call(inputs).Logits!;
            if (name == "__base__")
                using (_two.Peft.DisableAdapter()) byDefault = _two.Peft.call(inputs).Logits!;
            else
            {
                _two.Peft.SetAdapter(name);
                byDefault = _two.Peft.call(inputs).Logits!;
            }
            TinyModels.AssertSame(byDefault, byArgument);
            TinyModels.AssertSame(byDefault, byScope);
            Close.Equal(byDefault, byRows, 1e-6);
        }
    }

    [Fact]
    public void Classifier_calls_on_several_threads_get_the_scores_that_they_get_alone()
    {
        using var peft = TinyModels.Bert().GetPeftModel(
            new LoraConfig { R = 4, TaskType = TaskType.SeqCls, TargetModules = ["query", "dense", "word_embeddings"] }, "bard");
        peft.AddAdapter("ops", new LoraConfig { R = 2, TaskType = TaskType.SeqCls });
        foreach (var name in new[] { "ops", "bard" })
        {
            peft.SetAdapter(name);
            TinyModels.Disturb(peft, seed: name.Length);
        }
        var alone = Enumerable.Range(0, Requests).Select(Scores).ToArray();
        alone.Select(scores => scores[0]).Distinct().Should().HaveCountGreaterThan(2);
        var together = new float[Requests][];
        Parallel.For(0, Requests, i => together[i] = Scores(i));
        together.Should().BeEquivalentTo(alone, options => options.WithStrictOrdering());

        float[] Scores(int i)
        {
            using var scope = NewDisposeScope();
            using var free = no_grad();
            using var inputs = TwoAdapters.Inputs(3);
            using var choice = i % 4 == 3 ? peft.UseAdapters(["ops", "__base__", "bard"]) : peft.UseAdapter(_names[i % 3]);
            return peft.call(inputs).Logits!.data<float>().ToArray();
        }
    }

    [Theory]
    [InlineData(3, 1, false)]
    [InlineData(3, 2, false)]
    [InlineData(1, 3, true)]
    [InlineData(2, 2, true)]
    public void Adapters_per_row_with_beams_or_several_texts_give_each_prompt_the_texts_of_its_adapter(
        int beams, int returned, bool samples)
    {
        int[][] prompts = [[5, 6], [7, 8], [5, 6]];
        using var ids = tensor(prompts.SelectMany(row => row).Select(id => (long)id).ToArray(), [3, 2]);
        string[] names = ["ops", "__base__", "bard"];
        var rows = TinyWriter.Rows(Generate(ids, null, names));
        var expected = prompts.Zip(names).SelectMany(pair => TinyWriter.Rows(Generate(pair.First, pair.Second, null))).ToArray();
        rows.Should().HaveSameCount(expected);
        // Beams draw in another order for three prompts than for one.
        if (!samples || beams == 1) rows.Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());
        using (_two.Peft.UseAdapters(names))
            TinyWriter.Rows(Generate(ids, null, null)).Should().BeEquivalentTo(rows, options => options.WithStrictOrdering());

        Tensor Generate(Prompt prompt, string? adapter, string[]? adapterNames) => _two.Peft.Generate(prompt, new GenerationOptions
        {
            MaxNewTokens = 6, MinNewTokens = 6, NumBeams = beams, NumReturnSequences = returned,
            DoSample = samples ? true : null, TopK = samples ? 1 : null, Seed = samples ? 4 : null,
            Adapter = adapter, AdapterNames = adapterNames,
        }).Sequences;
    }

    [Fact]
    public async Task A_scope_lasts_across_awaits()
    {
        var expected = _two.Text(new[] { 5, 6 }, new GenerationOptions { MaxNewTokens = 6, Adapter = "ops" });
        using (_two.Peft.UseAdapter("ops"))
        {
            await Task.Yield();
            Assert.Equal(expected, await Task.Run(() => _two.Text(new[] { 5, 6 }, new GenerationOptions { MaxNewTokens = 6 })));
        }
        Assert.NotEqual(expected, _two.Text(new[] { 5, 6 }, new GenerationOptions { MaxNewTokens = 6 }));
    }

    [Fact]
    public void Names_that_do_not_fit_are_refused_before_anything_runs()
    {
        using var inputs = TwoAdapters.Inputs(3);
        Says<ArgumentException>(() => _two.Peft.CallWithAdapter(inputs, "nobody"), "'nobody'", "'bard', 'ops'");
        Says<ArgumentException>(() => _two.Peft.CallWithAdapters(inputs, ["bard", "ops"]), "2 names", "3 rows");
        Says<ArgumentException>(() => _two.Peft.CallWithAdapters(inputs, Array.Empty<string>()), "empty");
        Says<ArgumentException>(() => _two.Peft.UseAdapters([]), "per row");
        Says<ArgumentException>(() =>
            _two.Peft.Generate(new[] { 5 }, new GenerationOptions { Adapter = "bard", AdapterNames = ["ops"] }).Sequences, "one of them");
        var streamed = 0;
        Says<ArgumentException>(() => _two.Peft.Generate(new[] { 5 },
            new GenerationOptions { AdapterNames = ["bard", "ops"], Streamer = new TwoAdapters.Callback(() => streamed++) }).Sequences,
            "2 names", "1 row");
        Assert.Equal(0, streamed);
        using var plain = TinyModels.Gpt2();
        Says<ArgumentException>(
            () => plain.Generate(new[] { 5 }, new GenerationOptions { Adapter = "bard" }).Sequences, "AdapterNames", "GetPeftModel");
    }

    [Fact]
    public void A_seed_gives_the_tokens_of_the_same_seed_of_libtorch_and_leaves_its_stream_alone()
    {
        foreach (var beams in new[] { 1, 3 })
        {
            manual_seed(11);
            var expected = _two.Text(new[] { 5, 6 }, new GenerationOptions { MaxNewTokens = 8, DoSample = true, NumBeams = beams });
            manual_seed(3);
            var next = rand(1).item<float>();
            manual_seed(3);
            Assert.Equal(expected,
                _two.Text(new[] { 5, 6 }, new GenerationOptions { MaxNewTokens = 8, DoSample = true, NumBeams = beams, Seed = 11 }));
            Assert.Equal(next, rand(1).item<float>());
        }
    }

    [Fact]
    public void A_wrong_number_of_names_is_reported_as_the_caller_passed_it()
    {
        using var inputs = TwoAdapters.Inputs(9);
        Says<ArgumentException>(
            () => _two.Peft.call(inputs, ForwardOptions.Default with { AdapterNames = ["bard", "ops"], RowsPerAdapterName = 3 }),
            "contains 2 names", "the batch has 3 rows");
    }

    [Fact]
    public void Trained_rows_of_a_tied_table_are_refused_with_an_adapter_per_row()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2, TrainableTokenIndices = [5, 6] }, "first");
        peft.AddAdapter("second", new LoraConfig { R = 2 });
        TinyModels.Disturb(peft);
        using var inputs = TwoAdapters.Inputs(2);
        using var free = no_grad();
        FluentActions.Invoking(() => peft.CallWithAdapters(inputs, ["first", "second"]))
            .Should().ThrowExactly<NotSupportedException>().Which.Message.Should().Contain("tied");
        peft.CallWithAdapters(inputs, ["second", "__base__"]).Dispose();
        peft.CallWithAdapter(inputs, "first").Dispose();
    }

    private static Tensor Two(int[] prompt) => tensor(prompt.Concat(prompt).Select(id => (long)id).ToArray(), [2, prompt.Length]);

    private static void Says<TError>(Func<object> call, params string[] words) where TError : Exception
    {
        FluentActions.Invoking(() => call()).Should().ThrowExactly<TError>().Which.Message.Should().ContainAll(words);
    }
}
