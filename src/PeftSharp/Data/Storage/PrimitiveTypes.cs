namespace PeftSharp.Data;

/// <summary>The column types of <see cref="PrimitiveData{T}"/>.</summary>
internal static class PrimitiveTypes
{
    private static readonly Dictionary<Type, Feature> Features = new()
    {
        [typeof(long)] = new Value("int64"),
        [typeof(int)] = new Value("int32"),
        [typeof(double)] = new Value("float64"),
        [typeof(float)] = new Value("float32"),
        [typeof(bool)] = new Value("bool"),
        [typeof(decimal)] = new Value("decimal"),
        [typeof(DateTime)] = new Value("timestamp"),
        [typeof(TimeOnly)] = new Value("time"),
        [typeof(TimeSpan)] = new Value("duration"),
    };

    internal static Feature FeatureOf<T>() => Cache<T>.Feature;

    private static class Cache<T>
    {
        internal static readonly Feature Feature = Features[typeof(T)];
    }
}
