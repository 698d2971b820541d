namespace PeftSharp.Optimization;

/// <summary>Checks the settings of optimizers.</summary>
internal static class OptimizerGuard
{
    internal static void Fraction(double value, string name)
    {
        if (value is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0 and less than 1.");
    }

    internal static void NotNegative(double value, string name)
    {
        if (!(value >= 0))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 0.");
    }
}
