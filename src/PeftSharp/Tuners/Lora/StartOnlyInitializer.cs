namespace PeftSharp.Tuners.Lora;

/// <summary>The initialization of an adapter that another program trained: its values come from the file.</summary>
/// <param name="name">peft's name.</param>
internal sealed class StartOnlyInitializer(string name) : LoraInitializer
{
    internal override string Name => name;

    internal override bool IsStartOnly => true;

    internal override void Fill(LoraStart start) => TorchSharp.torch.nn.init.zeros_(start.B);
}
