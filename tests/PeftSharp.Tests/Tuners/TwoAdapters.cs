using PeftSharp.Generation;
using PeftSharp.Modeling;
using PeftSharp.Tests.Generation;
using PeftSharp.Tokenization;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>A small language model with the adapters "bard" (active) and "ops", on different layers, which change its texts.</summary>
internal sealed class TwoAdapters : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TinyWriter _tiny = new();

    internal TwoAdapters()
    {
        Peft = _tiny.Model.GetPeftModel(new LoraConfig { R = 4, TargetModules = ["c_attn", "c_fc", "wpe"] }, "bard");
        Peft.AddAdapter("ops", new LoraConfig { R = 2, TargetModules = ["c_attn", "c_proj"] });
        foreach (var (index, name) in new[] { "bard", "ops" }.Index())
        {
            Peft.SetAdapter(name);
            TinyModels.Disturb(Peft, seed: 7 + index);
        }
        Peft.SetAdapter("bard");
        Peft.eval();
    }

    internal PeftModel<PretrainedModel> Peft { get; }

    internal Tokenizer Tokenizer => _tiny.Tokenizer;

    internal static ModelInputs Inputs(int rows)
    {
        using var generator = new Generator(5);
        return new ModelInputs { InputIds = randint(5, 31, [rows, 6], dtype: ScalarType.Int64, generator: generator) };
    }

    /// <summary>The tokens that the model writes after a prompt, the prompt included.</summary>
    internal string Text(Prompt prompt, GenerationOptions options) => Text(Peft.Generate(prompt, options).Sequences);

    internal static string Text(Tensor ids)
    {
        using (ids) return string.Join(' ', ids.data<long>().ToArray());
    }

    public void Dispose()
    {
        Peft.Dispose();
        _scope.Dispose();
    }

    /// <summary>Runs an action after the prompt and after each token.</summary>
    internal sealed class Callback(Action action) : BaseStreamer
    {
        public override void Put(IReadOnlyList<int> tokenIds) => action();

        public override void Finish() { }
    }
}
