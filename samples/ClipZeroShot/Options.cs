using System.Globalization;

/// <summary>The options of the command line. Without options, the program trains a small CLIP on images that it draws.</summary>
internal sealed record Options
{
    internal string? Model { get; private set; }
    internal string? Images { get; private set; }
    internal string[] Labels { get; private set; } = [];
    internal string Template { get; private set; } = PeftSharp.Vision.ZeroShotImageClassifier.DefaultTemplate;
    internal string Output { get; private set; } = "clip-zero-shot";
    internal int Steps { get; private set; } = 600;
    internal long Seed { get; private set; } = 42;

    internal static Options? Parse(string[] args)
    {
        var options = new Options();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || !options.Set(args[i], args[i + 1]))
            {
                Console.Error.WriteLine($"'{args[i]}' is not an option, or its value is missing or invalid. Options: "
                    + "--model FOLDER --images FILE_OR_FOLDER --labels cat,dog [--template \"a photo of a {}\"] "
                    + "[--output FOLDER] [--steps 600] [--seed 42]. Give --model, --images and --labels together, or none of them.");
                return null;
            }
        }
        var given = new[] { options.Model is not null, options.Images is not null, options.Labels.Length > 0 };
        if (given.Distinct().Count() == 1) return options;
        Console.Error.WriteLine("Give --model, --images and --labels together, or none of them.");
        return null;
    }

    private bool Set(string name, string value)
    {
        switch (name)
        {
            case "--model": Model = value; return true;
            case "--images": Images = value; return true;
            case "--labels": Labels = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries); return true;
            case "--template": Template = value; return value.Contains("{}", StringComparison.Ordinal);
            case "--output": Output = value; return true;
            case "--steps": return int.TryParse(value, CultureInfo.InvariantCulture, out var steps) && (Steps = steps) > 0;
            case "--seed": return long.TryParse(value, CultureInfo.InvariantCulture, out var seed) && (Seed = seed) >= 0;
            default: return false;
        }
    }
}
