namespace Forewave.Cli.Output;

/// <summary>Rows for people: columns as wide as their widest cell, two blanks between them.</summary>
internal sealed class TextTable
{
    private readonly List<string[]> _rows = [];

    /// <param name="heads">The first row.</param>
    public TextTable(params string[] heads) => _rows.Add(heads);

    /// <summary>Adds a row with as many cells as there are heads.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Prints it to stdout; only the heads where there are no rows.</summary>
    public void Print()
    {
        int[] widths = [.. _rows[0].Select((_, column) => _rows.Max(row => row[column].Length))];
        foreach (string[] row in _rows)
            Console.Out.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
