using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Tests.Generation;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>The adapters of a call belong to the call: calls on several threads answer as they do one after another, and changes of the model are refused meanwhile.</summary>
public sealed class AdaptersPerCallTests : IDisposable
{
    private const int Requests = 24;
    private static readonly string[] _names = ["bard", "ops", "__base__"];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TinyWriter _tiny = new();
    private readonly PeftModel<PretrainedModel> _peft;

    public AdaptersPerCallTests()
    {
        _peft = _tiny.Model.GetPeftModel(new LoraConfig { R = 4, TargetModules = ["c_attn", "c_fc", "wpe"] }, "bard");
        _peft.AddAdapter("ops", new LoraConfig { R = 2, TargetModules = ["c_attn", "c_proj"] });
        foreach (var (index, name) in new[] { "bard", "ops" }.Index())
        {
            _peft.SetAdapter(name);
            TinyModels.Disturb(_peft, seed: 7 + index);
        }
        _peft.SetAdapter("bard");
        _peft.eval();
    }

    public void Dispose()
    {
        _peft.Dispose();
        _scope.Dispose();
    }

    /// <summary>Each case is a way to ask for adapter number <c>i % 3</c>, and gives the tokens.</summary>
    public static TheoryData<string> Ways => ["argument", "scope", "rows", "rows in a scope", "disabled", "beams", "sampling", "sampling beams", "streaming", "streaming in a scope", "nested"];

    [Theory, MemberData(nameof(Ways))]
    public void Requests_on_several_threads_get_the_texts_that_they_get_alone(string way)
    {
        var alone = Enumerable.Range(0, Requests).Select(i => Ask(way, i)).ToArray();
        Assert.True(alone.Distinct().Count() > 2, "The adapters do not differ, so the test would find nothing.");
        var together = new string[Requests];
        Parallel.For(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i => together[i] = Ask(way, i));
        Assert.Equal(alone, together);
        Assert.Equal(["bard"], _peft.ActiveAdapters);
    }

    private string Ask(string way, int i)
    {
        using var scope = NewDisposeScope();
        using var free = no_grad();
        var name = _names[i % 3];
        var prompt = new[] { 5 + i % 5, 6, 7 };
        switch (way)
        {
            case "argument": return Text(_peft.Generate(prompt, maxNewTokens: 8, adapter: name));
            case "scope":
                using (_peft.UseAdapter(name)) return Text(_peft.Generate(prompt, maxNewTokens: 8));
            case "rows": return Text(_peft.Generate(Two(prompt), maxNewTokens: 8, adapterNames: [name, _names[(i + 1) % 3]]));
            case "rows in a scope":
                using (_peft.UseAdapters([name, _names[(i + 1) % 3]])) return Text(_peft.Generate(Two(prompt), maxNewTokens: 8));
            case "disabled":
                if (name != "__base__") return Text(_peft.Generate(prompt, maxNewTokens: 8));
                using (_peft.DisableAdapter()) return Text(_peft.Generate(prompt, maxNewTokens: 8));
            case "beams": return Text(_peft.Generate(prompt, maxNewTokens: 6, numBeams: 3, adapter: name));
            case "sampling": return Text(_peft.Generate(prompt, maxNewTokens: 8, doSample: true, seed: i, adapter: name));
            case "sampling beams": return Text(_peft.Generate(prompt, maxNewTokens: 6, doSample: true, numBeams: 2, seed: i, adapter: name));
            case "streaming": return string.Concat(_peft.GenerateStream(prompt, _tiny.Tokenizer, new GenerationConfig { MaxNewTokens = 8 }, adapter: name).ToBlockingEnumerable());
            case "streaming in a scope":
                IAsyncEnumerable<string> stream;
                using (_peft.UseAdapter(name)) stream = _peft.GenerateStream(prompt, _tiny.Tokenizer, new GenerationConfig { MaxNewTokens = 8 });
                return string.Concat(stream.ToBlockingEnumerable());          // after the scope has ended
            default:
                using (_peft.UseAdapter("ops"))
                {
                    var before = Text(_peft.Generate(prompt, maxNewTokens: 4));
                    string inside;
                    using (_peft.UseAdapter(name)) inside = Text(_peft.Generate(prompt, maxNewTokens: 4));
                    var argument = Text(_peft.Generate(prompt, maxNewTokens: 4, adapter: "bard"));
                    return $"{before}/{inside}/{argument}/{Text(_peft.Generate(prompt, maxNewTokens: 4))}";
                }
        }
    }

    [Fact]
    public void An_argument_a_scope_and_SetAdapter_give_the_same_bits()
    {
        foreach (var name in _names)
        {
            using var inputs = Inputs(3);
            using var free = no_grad();
            var byArgument = _peft.Call(inputs, name).Logits!;
            Tensor byScope, byRows, byDefault;
            using (_peft.UseAdapter(name)) byScope = _peft.call(inputs).Logits!;
            using (_peft.UseAdapters([name, name, name])) byRows = _peft.call(inputs).Logits!;
            if (name == "__base__")
                using (_peft.DisableAdapter()) byDefault = _peft.call(inputs).Logits!;
            else
            {
                _peft.SetAdapter(name);
                byDefault = _peft.call(inputs).Logits!;
            }
            Assert.True(TinyModels.Same(byDefault, byArgument));
            Assert.True(TinyModels.Same(byDefault, byScope));
            Close.Equal(byDefault, byRows, 1e-6);
        }
    }

    [Fact]
    public void Classifier_calls_on_several_threads_get_the_scores_that_they_get_alone()
    {
        using var peft = TinyModels.Bert().GetPeftModel(new LoraConfig { R = 4, TaskType = TaskType.SeqCls, TargetModules = ["query", "dense", "word_embeddings"] }, "bard");
        peft.AddAdapter("ops", new LoraConfig { R = 2, TaskType = TaskType.SeqCls });
        foreach (var name in new[] { "ops", "bard" })
        {
            peft.SetAdapter(name);
            TinyModels.Disturb(peft, seed: name.Length);
        }
        var alone = Enumerable.Range(0, Requests).Select(Scores).ToArray();
        Assert.True(alone.Select(scores => scores[0]).Distinct().Count() > 2);
        var together = new float[Requests][];
        Parallel.For(0, Requests, i => together[i] = Scores(i));
        Assert.Equal(alone, together);

        float[] Scores(int i)
        {
            using var scope = NewDisposeScope();
            using var free = no_grad();
            using var inputs = Inputs(3);
            using var choice = i % 4 == 3 ? peft.UseAdapters(["ops", "__base__", "bard"]) : peft.UseAdapter(_names[i % 3]);
            return peft.call(inputs).Logits!.data<float>().ToArray();
        }
    }

    [Theory]
    [InlineData(3, 1, false)]
    [InlineData(3, 2, false)]
    [InlineData(1, 3, true)]
    [InlineData(2, 2, true)]
    public void Adapters_per_row_with_beams_or_several_texts_give_each_prompt_the_texts_of_its_adapter(int beams, int returned, bool samples)
    {
        int[][] prompts = [[5, 6], [7, 8], [5, 6]];
        using var ids = tensor(prompts.SelectMany(row => row).Select(id => (long)id).ToArray(), [3, 2]);
        string[] names = ["ops", "__base__", "bard"];
        var rows = TinyWriter.Rows(Generate(ids, null, names));
        var expected = prompts.Zip(names).SelectMany(pair => TinyWriter.Rows(Generate(pair.First, pair.Second, null))).ToArray();
        if (!samples || beams == 1) Assert.Equal(expected, rows);            // beams draw in another order for three prompts than for one
        Assert.Equal(expected.Length, rows.Length);
        using (_peft.UseAdapters(names)) Assert.Equal(rows, TinyWriter.Rows(Generate(ids, null, null)));

        Tensor Generate(Prompt prompt, string? adapter, string[]? adapterNames) => _peft.Generate(prompt, maxNewTokens: 6, minNewTokens: 6, numBeams: beams, numReturnSequences: returned,
            doSample: samples ? true : null, topK: samples ? 1 : null, seed: samples ? 4 : null, adapter: adapter, adapterNames: adapterNames);
    }

    [Fact]
    public void A_change_of_the_model_while_a_call_runs_is_refused_and_changes_nothing()
    {
        var changes = new (string Name, Action Change)[]
        {
            ("SetAdapter", () => _peft.SetAdapter("ops")),
            ("AddAdapter", () => _peft.AddAdapter("third", new LoraConfig { R = 2 })),
            ("DeleteAdapter", () => _peft.DeleteAdapter("ops")),
            ("RenameAdapter", () => _peft.RenameAdapter("ops", "other")),
            ("AddWeightedAdapter", () => _peft.AddWeightedAdapter(["ops"], [1], "third")),
            ("Merge", () => _peft.Merge()),
            ("Unmerge", () => _peft.Unmerge()),
            ("MergeAndUnload", () => _peft.MergeAndUnload()),
            ("Unload", () => _peft.Unload()),
            ("LoadWeights", () => _peft.LoadWeights("nowhere")),
            ("train", () => _peft.train()),
            ("train of the base model", () => _peft.GetBaseModel().train()),
        };
        var prompt = new[] { 5, 6 };
        var alone = Text(_peft.Generate(prompt, maxNewTokens: 5));
        var keys = _peft.state_dict().Keys.ToArray();
        foreach (var (name, change) in changes)
        {
            Exception? inside = null, outside = null;
            var text = Text(_peft.Generate(prompt, maxNewTokens: 5, streamer: new Callback(() =>
            {
                inside ??= Record.Exception(change);
                outside ??= Task.Run(() => Record.Exception(change)).Result;
            })));
            foreach (var error in new[] { inside, outside }) Assert.True(error is InvalidOperationException && error.Message.Contains("running", StringComparison.Ordinal), $"{name}: {error}");
            Assert.Equal(alone, text);
        }
        Assert.Equal(keys, _peft.state_dict().Keys);
        Assert.Equal(["bard"], _peft.ActiveAdapters);
        _peft.SetAdapter("ops");                                            // after the calls
    }

    [Fact]
    public void A_call_that_starts_during_a_change_waits_for_its_end()
    {
        string? text = null;
        var call = new Thread(() => text = Text(_peft.Generate(new[] { 5, 6 }, maxNewTokens: 2)));
        using (_peft.Calls.Change("A test"))
        {
            call.Start();
            Assert.False(call.Join(100));
        }
        call.Join();
        Assert.Equal(Text(_peft.Generate(new[] { 5, 6 }, maxNewTokens: 2)), text);
    }

    [Fact]
    public void Calls_and_changes_at_once_give_a_refusal_or_the_text_of_one_adapter()
    {
        var texts = new[] { "bard", "ops" }.ToDictionary(name => name, name => Text(_peft.Generate(new[] { 5, 6 }, maxNewTokens: 4, adapter: name)));
        var refused = 0;
        Parallel.For(0, 60, i =>
        {
            if (i % 3 == 0)
            {
                try { _peft.SetAdapter(i % 2 == 0 ? "bard" : "ops"); }
                catch (InvalidOperationException) { Interlocked.Increment(ref refused); }
            }
            else Assert.Contains(Text(_peft.Generate(new[] { 5, 6 }, maxNewTokens: 4)), texts.Values);
        });
        Assert.InRange(refused, 0, 20);
    }

    [Fact]
    public void Generating_in_training_mode_restores_the_mode_of_every_module()
    {
        _peft.train();
        var frozen = _peft.modules().Last(module => module.GetName() == "Dropout");
        frozen.eval();
        var modes = _peft.modules().Select(module => module.training).ToArray();
        var alone = Text(_peft.Generate(new[] { 5, 6 }, maxNewTokens: 6));
        var texts = new string[Requests];
        Parallel.For(0, Requests, i => texts[i] = Text(_peft.Generate(new[] { 5, 6 }, maxNewTokens: 6)));
        Assert.All(texts, text => Assert.Equal(alone, text));
        Assert.Equal(modes, _peft.modules().Select(module => module.training));
    }

    [Fact]
    public void A_scope_over_merged_weights_keeps_other_callers_out_and_merges_again()
    {
        using var inputs = Inputs(2);
        using var free = no_grad();
        var plain = _peft.Call(inputs, "__base__").Logits!;
        _peft.Merge();
        var merged = _peft.call(inputs).Logits!;
        using (_peft.DisableAdapter())
        {
            Assert.True(TinyModels.Same(plain, _peft.call(inputs).Logits!));
            Exception? refused = null;
            var other = new Thread(() => refused = Record.Exception(() => _peft.call(inputs)));
            other.UnsafeStart();                                             // without this flow's scope
            other.Join();
            Assert.IsType<InvalidOperationException>(refused);
            Assert.Throws<InvalidOperationException>(() => _peft.SetAdapter("ops"));
            Assert.Throws<InvalidOperationException>(() => _peft.Merge());
        }
        Assert.Equal(["bard"], _peft.MergedAdapters);
        Assert.True(TinyModels.Same(merged, _peft.call(inputs).Logits!));
        Assert.Throws<InvalidOperationException>(() => _peft.Call(inputs, "ops"));
        Assert.Throws<InvalidOperationException>(() => _peft.UseAdapter("ops"));
        Assert.Throws<InvalidOperationException>(() => _peft.Generate(new[] { 5 }, adapter: "ops"));
    }

    [Fact]
    public void A_scope_whose_adapter_was_renamed_deleted_or_merged_refuses_its_calls()
    {
        using var inputs = Inputs(1);
        using var free = no_grad();
        using (_peft.UseAdapter("ops"))
        {
            _peft.RenameAdapter("ops", "other");
            Assert.Contains("'ops'", Assert.Throws<ArgumentException>(() => _peft.call(inputs)).Message, StringComparison.Ordinal);
        }
        using (_peft.UseAdapters(["other"]))
        {
            _peft.DeleteAdapter("other");
            Assert.Contains("'other'", Assert.Throws<ArgumentException>(() => _peft.call(inputs)).Message, StringComparison.Ordinal);
        }
        using (_peft.UseAdapter("bard"))
        {
            _peft.Merge();
            Assert.Contains("'bard' is merged", Assert.Throws<InvalidOperationException>(() => _peft.call(inputs)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Scopes_that_end_out_of_order_are_refused()
    {
        var outer = _peft.UseAdapter("ops");
        var inner = _peft.UseAdapter("bard");
        Assert.Contains("innermost", Assert.Throws<InvalidOperationException>(outer.Dispose).Message, StringComparison.Ordinal);
        inner.Dispose();
        inner.Dispose();
        outer.Dispose();
    }

    [Fact]
    public async Task A_scope_that_an_async_method_returns_is_refused_at_its_end()
    {
        var scope = await Open();
        Assert.Throws<InvalidOperationException>(scope.Dispose);

        async Task<IDisposable> Open()
        {
            await Task.Yield();
            return _peft.UseAdapter("ops");
        }
    }

    [Fact]
    public async Task A_scope_goes_along_with_awaits()
    {
        var expected = Text(_peft.Generate(new[] { 5, 6 }, maxNewTokens: 6, adapter: "ops"));
        using (_peft.UseAdapter("ops"))
        {
            await Task.Yield();
            Assert.Equal(expected, await Task.Run(() => Text(_peft.Generate(new[] { 5, 6 }, maxNewTokens: 6))));
        }
        Assert.NotEqual(expected, Text(_peft.Generate(new[] { 5, 6 }, maxNewTokens: 6)));
    }

    [Fact]
    public void Names_that_do_not_fit_are_refused_before_anything_runs()
    {
        using var inputs = Inputs(3);
        Says<ArgumentException>(() => _peft.Call(inputs, "nobody"), "'nobody'", "'bard', 'ops'");
        Says<ArgumentException>(() => _peft.Call(inputs, ["bard", "ops"]), "2 adapter names", "3 rows");
        Says<ArgumentException>(() => _peft.Call(inputs, Array.Empty<string>()), "empty");
        Says<ArgumentException>(() => _peft.UseAdapters([]), "each row");
        Says<ArgumentException>(() => _peft.Generate(new[] { 5 }, adapter: "bard", adapterNames: ["ops"]), "one of them");
        var streamed = 0;
        Says<ArgumentException>(() => _peft.Generate(new[] { 5 }, adapterNames: ["bard", "ops"], streamer: new Callback(() => streamed++)), "2 adapter names", "1 rows");
        Assert.Equal(0, streamed);
        using var plain = TinyModels.Gpt2();
        Says<ArgumentException>(() => plain.Generate(new[] { 5 }, adapter: "bard"), "adapter_names", "GetPeftModel");
    }

    [Fact]
    public void A_seed_gives_the_tokens_of_the_same_seed_of_libtorch_and_leaves_its_stream_alone()
    {
        foreach (var beams in new[] { 1, 3 })
        {
            manual_seed(11);
            var expected = Text(_peft.Generate(new[] { 5, 6 }, maxNewTokens: 8, doSample: true, numBeams: beams));
            manual_seed(3);
            var next = rand(1).item<float>();
            manual_seed(3);
            Assert.Equal(expected, Text(_peft.Generate(new[] { 5, 6 }, maxNewTokens: 8, doSample: true, numBeams: beams, seed: 11)));
            Assert.Equal(next, rand(1).item<float>());
        }
    }

    [Fact]
    public void Trained_rows_of_a_tied_table_are_refused_with_an_adapter_per_row()
    {
        using var peft = TinyModels.Gpt2().GetPeftModel(new LoraConfig { R = 2, TrainableTokenIndices = [5, 6] }, "first");
        peft.AddAdapter("second", new LoraConfig { R = 2 });
        TinyModels.Disturb(peft);
        using var inputs = Inputs(2);
        using var free = no_grad();
        Assert.Contains("tied", Assert.Throws<NotSupportedException>(() => peft.Call(inputs, ["first", "second"])).Message, StringComparison.Ordinal);
        peft.Call(inputs, ["second", "__base__"]).Dispose();
        peft.Call(inputs, "first").Dispose();
    }

    private static ModelInputs Inputs(int rows)
    {
        using var generator = new Generator(5);
        return new ModelInputs { InputIds = randint(5, 31, [rows, 6], dtype: ScalarType.Int64, generator: generator) };
    }

    private static Tensor Two(int[] prompt) => tensor(prompt.Concat(prompt).Select(id => (long)id).ToArray(), [2, prompt.Length]);

    private static string Text(Tensor ids)
    {
        using (ids) return string.Join(' ', ids.data<long>().ToArray());
    }

    private static void Says<TError>(Func<object> call, params string[] words) where TError : Exception
    {
        var error = Assert.Throws<TError>(() => call());
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    private sealed class Callback(Action action) : BaseStreamer
    {
        public override void Put(IReadOnlyList<int> tokenIds) => action();

        public override void Finish() { }
    }
}
