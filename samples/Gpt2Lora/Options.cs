using System.Globalization;

/// <summary>
/// The options of the command line. Without options, the program trains an adapter for the model in film-gpt2 on recipes that it creates.
/// </summary>
internal sealed record Options
{
    internal string? Model { get; private set; }
    internal string? Text { get; private set; }
    internal string Output { get; private set; } = "gpt2-lora";
    internal int Blocks { get; private set; } = 800;
    internal double? Epochs { get; private set; }
    internal int Rank { get; private set; } = 8;
    internal long Seed { get; private set; } = 42;
    internal bool Bf16 { get; private set; }

    internal static Options? Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !options.Set(args[i], args[i + 1]))
            {
                Console.Error.WriteLine($"'{args[i]}' is not an option, or its value is missing or invalid. Options: "
                    + "--model FOLDER --text FILE [--output FOLDER] [--blocks 800] [--epochs NUMBER] [--rank 8] [--seed 42] "
                    + "[--precision fp32|bf16]. Give both --model and --text, or neither.");
                return null;
            }
        }
        if (options.Model is null == options.Text is null) return options;
        Console.Error.WriteLine("Give --model and --text together, or neither.");
        return null;
    }

    private bool Set(string name, string value)
    {
        switch (name)
        {
            case "--model": Model = value; return true;
            case "--text": Text = value; return true;
            case "--output": Output = value; return true;
            case "--precision": Bf16 = value == "bf16"; return value is "fp32" or "bf16";
            case "--blocks": return int.TryParse(value, CultureInfo.InvariantCulture, out var blocks) && (Blocks = blocks) > 0;
            case "--epochs": return double.TryParse(value, CultureInfo.InvariantCulture, out var epochs) && (Epochs = epochs) is > 0;
            case "--rank": return int.TryParse(value, CultureInfo.InvariantCulture, out var rank) && (Rank = rank) > 0;
            case "--seed": return long.TryParse(value, CultureInfo.InvariantCulture, out var seed) && (Seed = seed) >= 0;
            default: return false;
        }
    }
}
