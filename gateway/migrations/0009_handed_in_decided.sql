-- What its author decided about is kept by its owner or by nobody: of the words handed in nothing stays here.
update handed_in set sealed = '' where state <> 'waiting';
grant update (sealed) on handed_in to {app};
