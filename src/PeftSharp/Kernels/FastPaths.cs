using PeftSharp.Native;

namespace PeftSharp.Kernels;

/// <summary>Switches for the optimized kernels. Each has a reference implementation that computes the same results; turning the switch off selects it.</summary>
/// <remarks>
/// <para>All are on by default except <see cref="Allocator"/>, which changes the whole process. The environment variable <c>PEFTSHARP_FAST_PATHS</c> sets the kernels' initial values:
/// <c>0</c> turns all off, <c>1</c> none, and a list of names (<c>dropout,attention</c>) all that it does not name. It does not affect <see cref="Allocator"/>.</para>
/// <para>Thread safety: the switches belong to the process. Set them while no thread calls a model.</para>
/// </remarks>
public static class FastPaths
{
    private const string Variable = "PEFTSHARP_FAST_PATHS";
    private static readonly string[] _names = ["dropout", "attention", "linear_cross_entropy", "first_token_only", "few_rows_linear", "linear", "activation", "adam_w"];

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

    /// <summary>Whether libtorch's CPU tensors are allocated so that a freed tensor's memory fits the next tensor of its size. Default off: it affects the whole process.</summary>
    /// <value>True while PeftSharp's allocator is installed.</value>
    /// <remarks>
    /// <para>Turning it on lowers the peak memory of a training run by a tenth to a third, and its time by up to 40 % on virtual machines where new pages of memory are expensive (docs/performance.md has the
    /// figures). Programs that mainly train should turn it on in their first statement. In return it changes the process: it
    /// installs an allocator for all CPU tensors of libtorch, sets glibc's thresholds (<c>mallopt</c>) so that freed memory stays in the process, for everything that uses <c>malloc</c>, and maps one page
    /// of machine code. At the end of <c>Trainer.Train</c> freed memory is returned to the system (<c>malloc_trim</c>).</para>
    /// <para>Turning it off reinstalls libtorch's allocator and the thresholds with which the process started. Two things remain: the page, because existing tensors are freed through it, and
    /// glibc's automatic adjustment of its thresholds, which ends with the first call of <c>mallopt</c>.</para>
    /// <para>Supported on Linux x64 with glibc and a libtorch whose allocator has the expected layout. Elsewhere, and where the program has installed an allocator of its own, the value stays false.</para>
    /// </remarks>
    /// <exception cref="NativeBackendException">It is turned on and the native backend does not load.</exception>
    public static bool Allocator
    {
        get => TensorAllocator.IsOn;
        set
        {
            if (value) NativeBackend.Load();
            TensorAllocator.Use(value);
        }
    }

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
