namespace PeftSharp.Tuners.Lora;

/// <summary>The initialization of an adapter that was trained elsewhere; its values are loaded from the file.</summary>
/// <param name="name">The name in peft.</param>
internal sealed class StartOnlyInitializer(string name) : LoraInitializer
{
    internal override string Name => name;

    internal override bool IsStartOnly => true;

    internal override void Fill(LoraStart start) => TorchSharp.torch.nn.init.zeros_(start.B);
}
