using System.Globalization;

/// <summary>The options of the command line. Without options, the program creates a small model and conversations about capitals.</summary>
internal sealed record Options
{
    internal string? Model { get; private set; }
    internal string? Data { get; private set; }
    internal string Output { get; private set; } = "qwen-chat";
    internal double? Epochs { get; private set; }
    internal long Seed { get; private set; } = 42;

    internal static Options? Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !options.Set(args[i], args[i + 1]))
            {
                Console.Error.WriteLine($"'{args[i]}' is not an option, or its value is missing or invalid. Options: "
                    + "--model FOLDER --data FILE [--output FOLDER] [--epochs NUMBER] [--seed 42]. Give both --model and --data, "
                    + "or neither.");
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
            case "--epochs": return double.TryParse(value, CultureInfo.InvariantCulture, out var epochs) && (Epochs = epochs) is > 0;
            case "--seed": return long.TryParse(value, CultureInfo.InvariantCulture, out var seed) && (Seed = seed) >= 0;
            default: return false;
        }
    }
}
