#region readme-family-usings
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using TorchSharp.Utils;                                     // ComponentName
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Dropout = PeftSharp.Modeling.Layers.Dropout;
using Linear = PeftSharp.Modeling.Layers.Linear;            // not TorchSharp's layers of the same names
#endregion

namespace Pages.Extensions;

#region readme-family-config
public sealed record NotesConfig : EncoderConfig
{
    public NotesConfig() => (VocabSize, PadTokenId) = (30522, 0);      // defaults of inherited fields

    public int PoolWidth { get; init; } = 128;                         // the field pool_width

    public override ModelFamily Family => NotesFamily.Instance;

    public override int? MaxPositions => MaxPositionEmbeddings;

    protected override IEnumerable<string> GetValidationErrors() =>
        base.GetValidationErrors().Concat(MustBePositive(("pool_width", PoolWidth)));
}
#endregion

#region readme-family-body
public sealed class NotesModel : PretrainedModel<NotesModel, NotesConfig>, IPretrainedModel<NotesModel, NotesConfig>
{
    [ComponentName(Name = "embeddings")] private readonly TextEmbeddings _embeddings;
    [ComponentName(Name = "encoder")] private readonly Encoder _encoder;

    internal NotesModel(NotesConfig config) : base(nameof(NotesModel), config)
    {
        _embeddings = new TextEmbeddings(
            config.VocabSize, config.MaxPositionEmbeddings, types: 0, config.HiddenSize, config.PadTokenId, config.HiddenDropoutProb,
            config.LayerNormEps);
        _encoder = new Encoder(config.Encoder, config.NumHiddenLayers);
        RegisterComponents();                                          // the fields become children, under their names in the checkpoint
    }

    static NotesModel IPretrainedModel<NotesModel, NotesConfig>.Create(NotesConfig config) => new(config);

    public override IReadOnlyList<InputSpec> Inputs =>
        InputSpec.ForText(Config, positions: Config.MaxPositionEmbeddings, positionsField: "max_position_embeddings");

    public override IReadOnlyList<string> OptionNames => ["output_hidden_states", "output_attentions"];

    public override Module<Tensor, Tensor> InputEmbeddings => _embeddings.Words;       // what resizing, tied heads and prompt tuning read

    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var embedded = _embeddings.call(inputs);
        using var context = AttentionContext.Bidirectional(inputs.AttentionMask, embedded, options);
        var states = _encoder.call(embedded, context, options);        // the embeddings and the output of each layer
        return new ModelOutput
        {
            LastHiddenState = states[^1],
            HiddenStates = options.OutputHiddenStates ? states : [],
            Attentions = context.Attentions,                           // empty unless requested
        };
    }
}
#endregion

#region readme-family-head
public sealed class NotesForSequenceClassification : SequenceClassificationModel<NotesForSequenceClassification, NotesConfig>,
    IPretrainedModel<NotesForSequenceClassification, NotesConfig>
{
    [ComponentName(Name = "notes")] private readonly NotesModel _notes;
    [ComponentName(Name = "pool")] private readonly Module<Tensor, Tensor> _pool;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "verdict")] private readonly Module<Tensor, Tensor> _verdict;

    private NotesForSequenceClassification(NotesConfig config) : base(nameof(NotesForSequenceClassification), config)
    {
        _notes = new NotesModel(config);
        _pool = new Linear(config.HiddenSize, config.PoolWidth);
        _dropout = new Dropout(config.ClassifierDropout ?? config.HiddenDropoutProb);
        _verdict = new Linear(config.PoolWidth, config.NumLabels);
        RegisterComponents();
    }

    static NotesForSequenceClassification IPretrainedModel<NotesForSequenceClassification, NotesConfig>.Create(NotesConfig config) =>
        new(config);

    protected override PretrainedModel Body => _notes;

    protected override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) =>  // float [batch, labels]
        _verdict.call(_dropout.call(_pool.call(body.LastHiddenState!.select(1, 0)).tanh()));
}
#endregion

#region readme-family-family
public sealed class NotesFamily : ModelFamily<NotesConfig>
{
    public static NotesFamily Instance { get; } = new();

    public override string ModelType => "notes";                       // model_type in config.json

    public override string BaseModelPrefix => "notes";                 // the body's name in a checkpoint with a head

    public override IReadOnlyDictionary<ModuleRole, IReadOnlyList<string>> Roles { get; } =
        new Dictionary<ModuleRole, IReadOnlyList<string>>(EncoderRoles) { [ModuleRole.Head] = ["pool", "verdict"] };

    protected override void AddModels(FamilyModels<NotesConfig> models)
    {
        models.Add<NotesModel>(ModelTask.FeatureExtraction);
        models.Add<NotesForSequenceClassification>(ModelTask.SequenceClassification);
    }
}
#endregion
