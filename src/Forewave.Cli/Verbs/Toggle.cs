namespace Forewave.Cli.Verbs;

/// <summary>What an option says that is on or off, and may be left as it is. (The parser takes a word after a Boolean option for an argument.)</summary>
internal enum Toggle
{
    False,
    True,
}
