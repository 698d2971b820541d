using System.Globalization;

/// <summary>The options of the command line. Without options, the program creates sentences and a small BERT.</summary>
internal sealed record Options
{
    internal string? Model { get; private set; }
    internal string? Data { get; private set; }
    internal string Output { get; private set; } = "named-entities";
    internal int Train { get; private set; } = 3000;
    internal double? Epochs { get; private set; }
    internal int? LoraRank { get; private set; }
    internal long Seed { get; private set; } = 42;

    internal static Options? Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !options.Set(args[i], args[i + 1]))
            {
                Console.Error.WriteLine($"'{args[i]}' is not an option, or its value is missing or invalid. Options: "
                    + "[--model FOLDER] [--data FOLDER] [--output FOLDER] [--train 3000] [--epochs NUMBER] [--lora RANK] [--seed 42].");
                return null;
            }
        }
        if (options is not { LoraRank: not null, Model: null }) return options;
        Console.Error.WriteLine("--lora trains an adapter for a trained model. Give --model too.");
        return null;
    }

    private bool Set(string name, string value)
    {
        switch (name)
        {
            case "--model": Model = value; return true;
            case "--data": Data = value; return true;
            case "--output": Output = value; return true;
            case "--train": return int.TryParse(value, CultureInfo.InvariantCulture, out var train) && (Train = train) > 0;
            case "--epochs": return double.TryParse(value, CultureInfo.InvariantCulture, out var epochs) && (Epochs = epochs) > 0;
            case "--lora": return int.TryParse(value, CultureInfo.InvariantCulture, out var rank) && (LoraRank = rank) > 0;
            case "--seed": return long.TryParse(value, CultureInfo.InvariantCulture, out var seed) && (Seed = seed) >= 0;
            default: return false;
        }
    }
}
