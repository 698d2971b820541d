namespace PeftSharp.Tuners;

/// <summary>How the majority's sign is found where adapters disagree.</summary>
public enum MajoritySignMethod
{
    /// <summary>The sign of the sum.</summary>
    Total,
    /// <summary>The sign that more adapters have.</summary>
    Frequency,
}
