namespace PeftSharp.Tuners;

/// <summary>How the majority sign is determined if adapters disagree.</summary>
public enum MajoritySignMethod
{
    /// <summary>The sign of the sum.</summary>
    Total,
    /// <summary>The sign that occurs in more adapters.</summary>
    Frequency,
}
