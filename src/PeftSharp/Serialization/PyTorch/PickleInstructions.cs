namespace PeftSharp.Serialization;

/// <summary>Names of the instructions of pickles that are rejected, for error messages.</summary>
internal static class PickleInstructions
{
    internal static string Describe(byte code) => (char)code switch
    {
        'i' => "The instruction INST (create an object)",
        'o' => "The instruction OBJ (create an object)",
        '\x81' => "The instruction NEWOBJ (create an object)",
        '\x92' => "The instruction NEWOBJ_EX (create an object)",
        '\x82' or '\x83' or '\x84' => "The instruction EXT (a registered object)",
        'P' => "The instruction PERSID (a reference as text)",
        '\x97' => "The instruction NEXT_BUFFER (a buffer outside the file)",
        '\x98' => "The instruction READONLY_BUFFER (a buffer outside the file)",
        'I' or 'L' or 'F' or 'S' or 'V' or 'p' or 'g' => $"The instruction '{(char)code}' of protocol 0",
        _ => $"The instruction 0x{code:x2}",
    };
}
