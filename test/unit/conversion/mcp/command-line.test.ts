import { splitCommandLine } from '../../../../src/conversion/client/command-line.js';

describe('splitCommandLine', () => {
  it.each([
    ['server', ['server']],
    ['  uvx   --from docling-mcp  docling-mcp-server ', ['uvx', '--from', 'docling-mcp', 'docling-mcp-server']],
    [`env A='b c' node "my server.mjs" ""`, ['env', 'A=b c', 'node', 'my server.mjs', '']],
    [String.raw`a\ b "c \"d\" \n \\" 'e \ f'`, ['a b', String.raw`c "d" \n ` + '\\', String.raw`e \ f`]],
    ['node $HOME *.js', ['node', '$HOME', '*.js']],
  ])('when the line is %s, then it is split as a shell does, expanding nothing', (line, [command, ...args]) => {
    expect(splitCommandLine(line)).toEqual({ command, args });
  });

  it.each(['', '   ', `node 'a`, 'node "a', 'node a\\'])('when the line is "%s", then it is refused', (line) => {
    expect(() => splitCommandLine(line)).toThrow(/command line/);
  });
});
