using System.Globalization;

/// <summary>The options of the command line. Without options, the program creates reviews and a small BERT.</summary>
internal sealed record Options
{
    internal string? Model { get; private set; }
    internal string? Data { get; private set; }
    internal string Output { get; private set; } = "bert-sentiment";
    internal int Train { get; private set; } = 2000;
    internal int Eval { get; private set; } = 500;
    internal double? Epochs { get; private set; }
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
                    + "--model FOLDER --data FOLDER [--output FOLDER] [--train 2000] [--eval 500] [--epochs 3] [--seed 42] "
                    + "[--precision fp32|bf16]. Give both --model and --data, or neither.");
                return null;
            }
        }
        if (options.Model is null == options.Data is null) return options;
        Console.Error.WriteLine("Give --model and --data together, or neither.");
        return null;
    }

    private bool Set(string name, string value)
    {
        switch (name)
        {
            case "--model": Model = value; return true;
            case "--data": Data = value; return true;
            case "--output": Output = value; return true;
            case "--precision": Bf16 = value == "bf16"; return value is "fp32" or "bf16";
            case "--train": return int.TryParse(value, CultureInfo.InvariantCulture, out var train) && (Train = train) > 0;
            case "--eval": return int.TryParse(value, CultureInfo.InvariantCulture, out var eval) && (Eval = eval) > 0;
            case "--epochs": return double.TryParse(value, CultureInfo.InvariantCulture, out var epochs) && (Epochs = epochs) > 0;
            case "--seed": return long.TryParse(value, CultureInfo.InvariantCulture, out var seed) && (Seed = seed) >= 0;
            default: return false;
        }
    }
}
