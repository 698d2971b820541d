namespace PeftSharp.Kernels;

/// <summary>Switches of the faster paths. All are on; each has a plain twin that gives the same numbers, to which a switch goes back.</summary>
/// <remarks>
/// <para>The environment variable <c>PEFTSHARP_FAST_PATHS</c> set to <c>0</c> turns all of them off at the start, <c>1</c> none, a list of names (<c>dropout,attention</c>) all but these.</para>
/// <para>Thread safety: the switches belong to the process. Set them while no thread calls a model.</para>
/// </remarks>
public static class FastPaths
{
    private const string Variable = "PEFTSHARP_FAST_PATHS";
    private static readonly string[] _names = ["dropout", "attention", "linear_cross_entropy", "first_token_only", "few_rows_linear", "linear", "activation", "adam_w", "allocator"];

    /// <summary>Dropout masks drawn many at a time; the same bits as libtorch's.</summary>
    public static bool Dropout { get; set; } = IsOnAtStart("dropout");

    /// <summary>Attention in one pass between its products: with dropout while training (needs <see cref="Dropout"/>), and of one query while generating.</summary>
    public static bool Attention { get; set; } = IsOnAtStart("attention");

    /// <summary>The loss of a language model by a few rows at a time, where the trainer asks for the loss alone.</summary>
    public static bool LinearCrossEntropy { get; set; } = IsOnAtStart("linear_cross_entropy");

    /// <summary>The last layer of a text classifier for the first token only, which is all that is read of it.</summary>
    public static bool FirstTokenOnly { get; set; } = IsOnAtStart("first_token_only");

    /// <summary>Linear layers of one to sixteen rows without gradients, as generation has them, at the speed of memory.</summary>
    public static bool FewRowsLinear { get; set; } = IsOnAtStart("few_rows_linear");

    /// <summary>Products of float32 matrices by 512-bit vectors, where the processor has them: linear layers, their gradients, the heads of attention and a language model's loss.</summary>
    public static bool Linear { get; set; } = IsOnAtStart("linear");

    /// <summary>Activations of bfloat16 numbers by a table of all of them; GELU by tanh in float32 with one exponential.</summary>
    public static bool Activation { get; set; } = IsOnAtStart("activation");

    /// <summary>AdamW with the clipping of its gradients in the same pass, and their norm on all threads.</summary>
    public static bool AdamW { get; set; } = IsOnAtStart("adam_w");

    /// <summary>Memory for tensors that is kept and taken again instead of being cut up; on Linux, x64. The one path that is not only a model's: it serves all tensors of the process.</summary>
    public static bool Allocator
    {
        get;
        set
        {
            field = value;
            TensorAllocator.Use(value);
        }
    } = IsOnAtStart("allocator");

    private static bool IsOnAtStart(string name)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } value || value == "1") return true;
        if (value == "0") return false;
        var named = value.Split(',', StringSplitOptions.TrimEntries);
        return named.FirstOrDefault(other => !_names.Contains(other)) is { } unknown
            ? throw new ArgumentException($"{Variable} names '{unknown}'; it is 0, 1 or some of {string.Join(", ", _names)}.")
            : named.Contains(name);
    }
}
