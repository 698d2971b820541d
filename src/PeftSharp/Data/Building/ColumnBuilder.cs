namespace PeftSharp.Data;

/// <summary>Builds a column value by value. The first value that is not null determines the type.</summary>
/// <param name="promotesNumbers">
/// Whether a column may contain both integers and floating-point values, as columns of files can. Such a column is float64, and float64
/// must represent every integer exactly.
/// </param>
internal sealed class ColumnBuilder(bool promotesNumbers = false)
{
    private ColumnStore? _store;
    private int _leadingNulls;

    internal int Count => _store?.Count ?? _leadingNulls;

    internal Feature Feature => _store?.Feature ?? new Value("null");

    internal ColumnData Build() => _store?.Build() ?? new NullData(_leadingNulls);

    internal void AddNull() => AddNulls(1);

    internal void AddNulls(int count)
    {
        if (_store is null)
            _leadingNulls += count;
        for (var i = 0; i < count && _store is not null; i++)
            _store.AddNull();
    }

    /// <exception cref="TypeMismatchException">The column has another type.</exception>
    internal void Add<T>(T value) where T : struct
    {
        if (_store is PrimitiveStore<T> { Feature: Value } same)
            same.Add(value);
        else if (promotesNumbers && value is long integer && _store is PrimitiveStore<double> doubles)
            doubles.Add(NumberCopy.ExactDouble(integer));
        else if (promotesNumbers && value is double floating && _store is PrimitiveStore<long> { Feature: Value })
            Promote().Add(floating);
        else
            Primitives<T>().Add(value);
    }

    /// <exception cref="TypeMismatchException">The column has another type.</exception>
    internal void AddRange<T>(ReadOnlySpan<T> values) where T : struct => Primitives<T>().AddRange(values);

    /// <exception cref="TypeMismatchException">The column has another type.</exception>
    internal void AddText(string value) => Store(static _ => new ReferenceStore<string>(), new Value("string")).Add(value);

    /// <exception cref="TypeMismatchException">The column has another type.</exception>
    internal void AddBytes(byte[] value) => Store(static _ => new ReferenceStore<byte[]>(), new Value("binary")).Add(value);

    /// <exception cref="TypeMismatchException">The column has another type, or contains values of another enum.</exception>
    internal void AddEnum(Enum value)
    {
        var classes = EnumClasses.Of(value.GetType());
        var store = Store(_ => new PrimitiveStore<long>(classes.Label), classes.Label);
        if (store.Feature != classes.Label)
            throw new TypeMismatchException(store.Feature, classes.Label.ToString());
        store.Add(classes.ClassIdOf(value));
    }

    /// <summary>Returns the store to which the items of a list are added.</summary>
    /// <exception cref="TypeMismatchException">The column has another type.</exception>
    internal ListStore List() => Store(static promotes => new ListStore(promotes), new Sequence(new Value("null")));

    /// <summary>Returns the store to which the fields of a struct are added.</summary>
    /// <exception cref="TypeMismatchException">The column has another type.</exception>
    internal StructStore Struct() => Store(static promotes => new StructStore(promotes), new Struct(new Dictionary<string, Feature>()));

    private PrimitiveStore<T> Primitives<T>() where T : struct
    {
        var found = PrimitiveTypes.FeatureOf<T>();
        var store = Store(static _ => new PrimitiveStore<T>(), found);
        // A column of an enum stores its class ids as integers, but an integer value is not a class id.
        return store.Feature is Value ? store : throw new TypeMismatchException(store.Feature, found.ToString());
    }

    private TStore Store<TStore>(Func<bool, TStore> create, Feature found) where TStore : ColumnStore
    {
        if (_store is null)
        {
            _store = create(promotesNumbers);
            for (var i = 0; i < _leadingNulls; i++)
                _store.AddNull();
        }
        return _store as TStore
            ?? throw new TypeMismatchException(Feature, found is Sequence ? "a list" : found is Struct ? "a struct" : found.ToString()!);
    }

    private PrimitiveStore<double> Promote()
    {
        var integers = (PrimitiveData<long>)_store!.Build();
        var doubles = new PrimitiveStore<double>();
        for (var i = 0; i < integers.Count; i++)
            if (integers.IsNull(i))
                doubles.AddNull();
            else
                doubles.Add(NumberCopy.ExactDouble(integers[i]));
        _store = doubles;
        return doubles;
    }
}
